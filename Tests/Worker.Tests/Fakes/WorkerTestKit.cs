using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine;
using Federated.V1;
using Federated.Worker.Actors;
using Federated.Worker.Options;

namespace Federated.Worker.Tests.Fakes;

/// <summary>Virtual time, a data plane and an engine that the test answers for, and words for tasks.</summary>
public abstract class WorkerTestKit : TestKit
{
    private protected const string Run = "run-1";
    private protected static readonly ParameterVector Global = new(FakeEngine.TheSchema, [10f, 20f, 30f, 40f]);
    private protected static readonly ParametersRef GlobalRef = Reference(Global);
    private protected static readonly Verdict Accepted = new();

    private readonly TemporaryFolder _folder = new();

    private protected WorkerTestKit(int slots = 2) : base(ConfigurationFactory.ParseString($$"""
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.loglevel = WARNING
        akka.stdout-loglevel = OFF
        {{TrainerPoolActor.Hocon(slots)}}
        """))
    {
        Network = CreateTestProbe("network");
        Training = CreateTestProbe("training");
        Transfer = new FakeTransfer(Network);
        Options = new WorkerOptions { Name = "w1", Slots = slots, Clients = ["a"], StateDir = _folder.Path };
    }

    private protected TestProbe Network { get; }

    private protected string StateDir => _folder.Path;

    private protected TestProbe Training { get; }

    private protected FakeTransfer Transfer { get; }

    private protected WorkerOptions Options { get; init; }

    // The middle of the spread, so that delays are what the schedule says.
    private protected WorkerTimings Timings { get; init; } = new() { Jitter = () => 0.5 };

    private protected WorkerScope Scope(IEngine engine) => new(Options, engine, Read, Transfer, Timings, TimeProvider.System);

    private protected void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    private protected static ParametersRef Reference(ParameterVector parameters) =>
        new() { Sha256 = parameters.Hash, SchemaHash = parameters.Schema.Hash, Count = (ulong)parameters.Schema.Count };

    private protected static AssignTask Train(string client = "a", uint round = 1, uint attempt = 1, uint stateRound = 0) =>
        new() { Id = new TaskId { Run = Run, Round = round, Attempt = attempt, Client = client, Kind = TaskKind.Train }, Parameters = GlobalRef, StateRound = stateRound };

    private protected static AssignTask Evaluate(uint slice = 0, uint slices = 4, uint round = 1) =>
        new() { Id = new TaskId { Run = Run, Round = round, Attempt = 1, Kind = TaskKind.Evaluate, Slice = slice }, Parameters = GlobalRef, Slices = slices };

    private protected static AssignTask Initialise() => new() { Id = new TaskId { Run = Run, Attempt = 1, Kind = TaskKind.Initialise } };

    private protected static CancelTasks Cancel(params AssignTask[] tasks) => new() { Ids = { tasks.Select(task => task.Id) } };

    private protected static RoundCommitted Committed(uint round) => new() { Run = Run, Round = round };

    private protected void AnswerDownload() => Network.ExpectMsg<DownloadCall>().Succeed(Global);

    private protected void AnswerUpload(Verdict? verdict = null) => Network.ExpectMsg<UploadCall>().Reply.Give(verdict ?? Accepted);

    /// <summary>Returns when the actor has handled all that was sent to it before.</summary>
    private protected void AwaitHandled(IActorRef actor)
    {
        var probe = CreateTestProbe();
        actor.Tell(new Identify(0), probe);
        probe.ExpectMsg<ActorIdentity>();
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Dispose();
    }

    /// <summary>A job's name stands for its text.</summary>
    private static JobSpec Read(string yaml) => yaml switch
    {
        "local" => new JobSpec { Data = new DataSpec { Placement = Placement.Local } },
        "broken" => throw new EngineException("federation.rounds: 0 is too few."),
        _ => new JobSpec { Name = yaml },
    };
}
