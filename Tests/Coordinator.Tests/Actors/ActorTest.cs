using System.Threading.Channels;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Storage;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire;
using Federated.Wire.Mapping;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>An actor system on virtual time, and the words in which tests speak of a model with two parameters.</summary>
public abstract class ActorTest() : TestKit("""
    akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
    akka.loglevel = WARNING
    # Akka's default keeps snapshots in a folder, where other tests would find them.
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    akka.test.default-timeout = 10s
    akka.test.single-expect-default = 10s
    """)
{
    internal static readonly ParameterSchema Schema = new([new TensorSpec("w", [2])]);
    internal static readonly ParameterVector Start = new(Schema, [10f, 20f]);

    private readonly HashSet<(IActorRef Step, TaskKey Key)> _assigned = [];

    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private protected ParameterStore Store { get; } = new();

    private protected MemoryCheckpoints Checkpoints { get; } = new();

    private protected RunsSettings Settings => new(Store, Checkpoints, () => "http://127.0.0.1:1", Time, "0.1.0") { Secrets = new NoSecrets() };

    /// <summary>The ticket of every task that <see cref="Settings"/> give out, and of every offer that is made here.</summary>
    private protected static ByteString Ticket { get; } = ByteString.CopyFrom([.. Enumerable.Repeat((byte)7, 16)]);

    private protected static BeginUpload Begin(TaskId id) => new(id, Ticket);

    /// <summary>A job of two clients that are both asked in each round; nothing stops it early.</summary>
    private protected static JobSpec Job(int rounds = 3) => new()
    {
        Model = new() { Name = "logistic" },
        Federation = new() { Rounds = rounds, Cohort = new() { Minimum = 1, Deadline = TimeSpan.FromMinutes(1) }, Retries = 1 },
    };

    private protected static SubmitJob Submission(JobSpec job) => new(job, JobWriter.Write(job));

    private protected static JobSpec With(JobSpec job, Func<CohortSpec, CohortSpec> change) =>
        job with { Federation = job.Federation with { Cohort = change(job.Federation.Cohort) } };

    private protected static Hello HelloOf(string worker, int slots = 2, string session = "s1", params string[] clients) =>
        new() { Worker = worker, Session = session, Protocol = ProtocolVersion.Current, Version = "0.1.0", Slots = (uint)slots, Clients = { clients } };

    /// <summary>Both clocks: timers of actors and durations in reports.</summary>
    private protected void Advance(TimeSpan time)
    {
        Time.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    private protected static OfferUpdate Update(TaskId id, float[] values, ulong examples = 1, Action? release = null) => new(
        new()
        {
            Id = id,
            Ticket = Ticket,
            SchemaHash = Schema.Hash,
            Encoding = "f32",
            Count = 2,
            PayloadBytes = 8,
            Examples = examples,
            ComputeSeconds = 0.5,
            Training = new() { Examples = examples, LossSum = examples * 0.5, Correct = 0 },
        },
        values, release ?? (() => { }));

    private protected static OfferInitialised Initialised(TaskId id, int testExamples = 600, params (string Id, ulong Examples)[] clients) => new(
        new()
        {
            Id = id,
            Ticket = Ticket,
            SchemaHash = Schema.Hash,
            Encoding = "f32",
            Count = 2,
            PayloadBytes = 8,
            Initialised = new()
            {
                Schema = { Schema.ToProto() },
                TestExamples = (ulong)testExamples,
                Clients = { clients.Select(client => new DataClient { Id = client.Id, Examples = client.Examples }) },
            },
        },
        Start);

    private protected static OfferReport Measured(TaskId id, ulong examples, ulong correct, double loss = 1) =>
        new(new() { Id = id, Ticket = Ticket, Metrics = new() { Examples = examples, LossSum = loss * examples, Correct = correct } });

    private protected static OfferReport Failure(TaskId id, string reason, bool permanent = false, bool onlyHere = false) =>
        new(new() { Id = id, Ticket = Ticket, Failure = new() { Reason = reason, Permanent = permanent, OnlyHere = onlyHere } });

    /// <summary>As the registry tells it.</summary>
    private protected void Assign(IActorRef step, TaskKey key, string worker)
    {
        _assigned.Add((step, key));
        step.Tell(new TaskAssigned(key, worker, Ticket));
    }

    /// <summary>Offers the outcome of a task, which goes to a worker without a name before where the test has given it to none.</summary>
    private protected Task<Verdict> Deliver(IActorRef step, object offer)
    {
        HandOut(step, Offers.TaskOf(offer)!);
        return Offer(step, offer);
    }

    /// <summary>Begins to upload the outcome of a task, in the same way.</summary>
    private protected Task<UploadPermit> Permit(IActorRef step, TaskId id)
    {
        HandOut(step, id);
        return Ask<UploadPermit>(step, Begin(id));
    }

    private void HandOut(IActorRef step, TaskId id)
    {
        if (!_assigned.Contains((step, id.ToKey()))) Assign(step, id.ToKey(), "");
    }

    private protected static Task<Verdict> Offer(IActorRef actor, object offer) => Ask<Verdict>(actor, offer);

    /// <summary>Real time, so that a missing answer fails a test instead of hanging it.</summary>
    private protected static Task<T> Ask<T>(IActorRef actor, object question) => actor.Ask<T>(question, TimeSpan.FromSeconds(20));

    private protected static async Task<T?> Find<T>(IActorRef actor, object question) where T : class => (await Ask<RunFound<T>>(actor, question)).Value;

    private protected static async Task<List<RunEvent>> ReadToEnd(Channel<RunEvent> channel)
    {
        var events = new List<RunEvent>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var next in channel.Reader.ReadAllAsync(limit.Token)) events.Add(next);
        return events;
    }

    private sealed class NoSecrets : ISecureRandom
    {
        public void Fill(Span<byte> bytes) => bytes.Fill(Ticket[0]);
    }
}
