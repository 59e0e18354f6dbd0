using System.Runtime.InteropServices;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Hosting;
using Federated.Coordinator.Options;
using Federated.Core;
using Federated.FaultyCoordinator;
using Federated.Wire.Cluster;

// A coordinator that kills itself at chosen points of its rounds, for tests of what is left then; else it is the coordinator's own program.
//   FEDERATED_TEST_KILL_AT            point:round[,point:round...]
//   FEDERATED_TEST_KILL_MARKS         folder that remembers the points at which a process has died already
//   FEDERATED_TEST_TRANSFER_ADDRESS   URL that workers are given for tensors, for a proxy in between
// "reach POINT:ROUND" instead of options passes that one point and ends: the test of the kill itself.
// "wait" instead of options only lives until it is told to end: for tests of those who start and signal processes, at a tenth of the time of a node.
var (points, wrong) = KillPoint.ReadAll(Environment.GetEnvironmentVariable("FEDERATED_TEST_KILL_AT"));
var marks = Environment.GetEnvironmentVariable("FEDERATED_TEST_KILL_MARKS");
var transfers = Environment.GetEnvironmentVariable("FEDERATED_TEST_TRANSFER_ADDRESS");
if (!wrong.IsEmpty) return Fail(ExitCodes.Usage, [.. wrong]);
if (!points.IsEmpty && string.IsNullOrEmpty(marks))
    return Fail(ExitCodes.Usage, "FEDERATED_TEST_KILL_MARKS is not set: name a folder for the marks.");
var kill = new SelfKill(points, marks ?? "");
if (args is ["reach", var text])
{
    foreach (var point in KillPoint.ReadAll(text).Points) kill.Reached(point.Point, point.Round);
    return ExitCodes.Success;
}
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (args is ["wait"])
{
    Console.Error.WriteLine("waiting");
    await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, stop.Token));
    return ExitCodes.Success;
}
var (options, errors) = CoordinatorOptionsReader.Read(args);
if (!errors.IsEmpty) return Fail(ExitCodes.Usage, [.. errors]);
try
{
    await using var host = await CoordinatorHost.StartAsync(options, settings => RunsActor.Props(Faulty(settings)), stop.Token);
    Console.Error.WriteLine($"coordinator ready: gRPC {host.GrpcAddress.GetLeftPart(UriPartial.Authority)}, cluster {host.ClusterAddress}");
    await Task.WhenAny(host.Completion, Task.Delay(Timeout.InfiniteTimeSpan, stop.Token));
    return stop.IsCancellationRequested ? ExitCodes.Success : Fail(ExitCodes.NodeDowned, "The cluster removed this node.");
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return ExitCodes.Success;
}
catch (PortInUseException e)
{
    return Fail(ExitCodes.AddressInUse, e.Message);
}

RunsSettings Faulty(RunsSettings settings) =>
    settings with { Reached = kill.Reached, TransferAddress = string.IsNullOrEmpty(transfers) ? settings.TransferAddress : () => transfers };

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static int Fail(int code, params string[] lines)
{
    foreach (var line in lines) Console.Error.WriteLine(line);
    return code;
}
