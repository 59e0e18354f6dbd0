using System.Runtime.InteropServices;
using Federated.Coordinator.Hosting;
using Federated.Coordinator.Options;
using Federated.Core;
using Federated.Wire.Cluster;

// The coordinator as a process of its own. Options come from FEDERATED_COORDINATOR_* and from --key value; nothing is written to standard output.
if (args is ["--help" or "-h"])
{
    Console.Error.WriteLine(CoordinatorOptionsReader.Usage);
    return ExitCodes.Success;
}
var selfCheck = args.Contains("--health");
var (options, errors) = CoordinatorOptionsReader.Read([.. args.Where(argument => argument != "--health")]);
if (!errors.IsEmpty) return Fail(ExitCodes.Usage, [.. errors]);
if (selfCheck) return await SelfCheck.RunAsync(options, Console.Error);

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
try
{
    return await CoordinatorLoop.RunAsync(
        options,
        host => Console.Error.WriteLineAsync(
            $"coordinator ready: gRPC {host.GrpcAddress.GetLeftPart(UriPartial.Authority)}, cluster {host.ClusterAddress}"),
        Console.Error.WriteLineAsync,
        stop.Token);
}
catch (NodeOptionsException e)
{
    return Fail(ExitCodes.Usage, [.. e.Errors]);
}
catch (PortInUseException e)
{
    return Fail(ExitCodes.AddressInUse, e.Message);
}
catch (JournalDamagedException e)
{
    return Fail(ExitCodes.JournalDamaged, e.Message);
}

// A second signal finds no handler that holds it up and ends the process.
void StopOnce(PosixSignalContext signal)
{
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}

static int Fail(int code, params string[] lines)
{
    foreach (var line in lines) Console.Error.WriteLine(line);
    Console.Error.WriteLine(ExitCodes.Remedy(code));
    return code;
}
