using Akka.Actor;
using Akka.Configuration;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Storage;
using Federated.Coordinator.Tests.Actors;
using Federated.V1;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>A coordinator's control plane in an actor system of its own, on a real journal and on real time, with one worker of two slots.</summary>
internal sealed class SystemOnJournal : IAsyncDisposable
{
    private readonly TaskCompletionSource<string> _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _damaged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="hocon">The journal.</param>
    /// <param name="checkpoints">Where checkpoints are.</param>
    /// <param name="hello">The worker's.</param>
    /// <param name="script">What the worker answers; null for nothing.</param>
    /// <param name="reached">Told of the points of rounds.</param>
    public SystemOnJournal(
        string hocon, ICheckpointStore checkpoints, Hello hello, Func<AssignTask, object?> script, Action<RunPoint, int>? reached = null)
    {
        // Errors are published for those who look for them, and written nowhere.
        const string Quiet = "akka { loglevel = ERROR, stdout-loglevel = OFF, loggers = [] }\n";
        System = ActorSystem.Create("federated", ConfigurationFactory.ParseString(Quiet + hocon));
        var settings = new RunsSettings(new ParameterStore(), checkpoints, () => "http://127.0.0.1:1", TimeProvider.System, "0.1.0")
        {
            Fenced = reason => _fenced.TrySetResult(reason),
            JournalDamaged = reason => _damaged.TrySetResult(reason),
            Reached = reached ?? ((_, _) => { }),
        };
        Runs = System.ActorOf(RunsActor.Props(settings), "runs");
        System.ActorOf(Props.Create(() => new FakeWorker(hello, Runs, script, ActorRefs.Nobody)));
    }

    public ActorSystem System { get; }

    public IActorRef Runs { get; }

    /// <summary>Ends when the host is told that another coordinator has the runs.</summary>
    public Task<string> Fenced => _fenced.Task;

    /// <summary>Ends when the host is told that the journal cannot be understood.</summary>
    public Task<string> Damaged => _damaged.Task;

    /// <summary>Ends the system at once, whatever it is doing.</summary>
    public async ValueTask DisposeAsync()
    {
        ((ExtendedActorSystem)System).Abort();
        await System.WhenTerminated;
    }
}
