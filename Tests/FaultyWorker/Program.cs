using Federated.Core;
using Federated.Engine;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.FaultyWorker;
using Federated.Worker.Hosting;
using Federated.Worker.Options;

// A worker that kills itself in a phase of a masked round, for tests of what is left then; else it is the worker's own program.
//   FEDERATED_TEST_KILL_AT   train, share, mask or unmask: when the first of its clients is about to do that in round 1
var (options, errors) = WorkerOptionsReader.Read(args);
foreach (var error in errors) Console.Error.WriteLine(error);
if (!errors.IsEmpty) return ExitCodes.Usage;
var phase = Environment.GetEnvironmentVariable("FEDERATED_TEST_KILL_AT") ?? "";
if (phase is not ("train" or "share" or "mask" or "unmask"))
{
    Console.Error.WriteLine("FEDERATED_TEST_KILL_AT is not set: write train, share, mask or unmask.");
    return ExitCodes.Usage;
}
var engine = new TorchEngine(new DatasetStore(DataFolders.Standard(options.DataFolders)), ComputeDevice.Parse(options.Device)!, new ModelFolders(options.AllowModels));
await using var host = await WorkerHost.StartAsync(options, engine, new WorkerTimings(), CancellationToken.None, transfer => new DyingTransfer(transfer, phase));
await host.Attached;
Console.WriteLine($"worker ready: {options.Name}");
return await host.Completion;
