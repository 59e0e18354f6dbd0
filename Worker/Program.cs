using System.Runtime.InteropServices;
using Federated.Core;
using Federated.Engine;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Wire.Cluster;
using Federated.Worker.Governance.Records;
using Federated.Worker.Hosting;
using Federated.Worker.Options;

if (args is ["--help" or "-h"])
{
    Console.Error.WriteLine(WorkerOptionsReader.Usage);
    return ExitCodes.Success;
}
var (options, errors) = WorkerOptionsReader.Read(args);
foreach (var error in errors) Console.Error.WriteLine(error);
if (!errors.IsEmpty) return ExitCodes.Usage;

using var stop = new CancellationTokenSource();
// A second signal finds no handler that waits and ends the process at once.
void Stop(PosixSignalContext signal)
{
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

try
{
    var engine = new TorchEngine(new DatasetStore(DataFolders.Standard(options.DataFolders)), ComputeDevice.Parse(options.Device)!, new ModelFolders(options.AllowModels));
    return await WorkerLoop.RunAsync(
        options,
        engine,
        () => Console.Error.WriteLineAsync($"Worker {options.Name} is attached with {options.Slots} slots."),
        Console.Error.WriteLineAsync,
        stop.Token);
}
catch (PortInUseException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.AddressInUse;
}
catch (RecordBrokenException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.RecordBroken;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Failure;
}
catch (EngineException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Usage;
}
catch (NodeOptionsException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Usage;
}
