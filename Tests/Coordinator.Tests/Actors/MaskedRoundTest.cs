using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Four clients a to d that mask with each other: t = ⌊8/3⌋ + 1 = 3. They weigh 1/4, 2/4, 3/4 and 1; one sends (0.1, -0.2), and so on.</summary>
public abstract class MaskedRoundTest : ActorTest
{
    private protected static readonly ImmutableArray<string> Names = ["a", "b", "c", "d"];
    private protected static readonly float[][] Updates = [[0.1f, -0.2f], [0.3f, 0.4f], [-0.5f, 0.25f], [0.75f, 2f]];
    private int _released;

    protected MaskedRoundTest()
    {
        (Run, Registry) = (CreateTestProbe(), CreateTestProbe());
        Run.IgnoreMessages(message => message is StepProgress);
    }

    private protected TestProbe Run { get; }

    private protected TestProbe Registry { get; }

    /// <summary>Buffers of vectors that were given back.</summary>
    private protected int Released => _released;

    private protected static JobSpec Masked()
    {
        var job = With(Job(), cohort => cohort with { Minimum = 3 });
        return job with { Privacy = new() { SecureAggregation = new() { Enabled = true, Clip = 1, ExamplesCap = 4, PhaseDeadline = TimeSpan.FromSeconds(20) } } };
    }

    private protected static JobSpec Counted()
    {
        var job = Masked();
        return job with { Privacy = new() { SecureAggregation = job.Privacy.SecureAggregation with { LabelCounts = true } } };
    }

    private protected IActorRef OpenCounted() => Open(job: Counted(), goal: new(Core.Models.Objective.Classification, ["no", "yes"]));

    /// <summary>Clients that have trained, of which the third changes its scalars before it masks them.</summary>
    private protected async Task<MaskedClient[]> CountedAsync(IActorRef round, long[][] labels, Action<ulong[]>? change = null)
    {
        Registry.ExpectMsg<SubmitWork>();
        foreach (var name in Names) Assign(round, name);
        var clients = Names.Select((name, index) => new MaskedClient(Counted(), Id(name), 4, Updates[index], Facts(index + 1), Schema, labels: labels[index]) { Ticket = Ticket, Change = index == 2 ? change : null }).ToArray();
        foreach (var client in clients) Assert.IsType<MaskingJoined>(await client.JoinAsync(round));
        return clients;
    }

    private protected IActorRef Open(string[]? clients = null, JobSpec? job = null, Core.Metrics.Goal? goal = null)
    {
        job ??= Masked();
        var algorithm = AlgorithmCatalog.Create(job);
        ImmutableArray<ClientShare> shares = [.. (clients ?? [.. Names]).Select(client => new ClientShare(client, 1))];
        var plan = new RoundPlan("run", job, 3, 2, algorithm.Init(Start), algorithm, shares, new WeightedMean(2), ClientHealth.Fine) { Goal = goal };
        Run.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is CohortDrawn) sender.Tell(CohortKept.Instance);
            return AutoPilot.KeepRunning;
        }));
        Run.IgnoreMessages(message => message is StepProgress or CohortDrawn);
        return Run.ChildActorOf(MaskedRoundActor.Props(plan, Registry, SystemRandom.Instance));
    }

    /// <summary>A round whose first clients have trained; the others still do.</summary>
    private protected async Task<(IActorRef Round, MaskedClient[] Clients)> TrainedAsync(int count = 4, Action<string>? register = null)
    {
        var round = Open();
        Assert.All(Registry.ExpectMsg<SubmitWork>().Orders, order => Assert.Equal(4, order.Cohort));
        foreach (var name in Names) Assign(round, name);
        var clients = Enumerable.Range(0, count).Select(Client).ToArray();
        foreach (var client in clients)
        {
            Assert.IsType<MaskingJoined>(await client.JoinAsync(round));
            register?.Invoke(client.Id.Client);
        }
        return (round, clients);
    }

    private protected static async Task ShareAsync(IActorRef round, MaskedClient[] clients)
    {
        foreach (var client in clients) client.Tell(round, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Share)));
    }

    private protected async Task MaskAsync(IActorRef round, MaskedClient[] clients)
    {
        foreach (var client in clients)
            Assert.Equal(Refusal.Unspecified, (await Ask<Verdict>(round, Vector(client, client.Mask(await client.NextAsync(MaskingStep.StepOneofCase.Mask))))).Refused);
    }

    private protected static async Task RevealAsync(IActorRef round, MaskedClient[] clients)
    {
        foreach (var client in clients) client.Tell(round, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Unmask)));
    }

    private protected OfferMasked Vector(MaskedClient client, byte[] packed, ByteString? ticket = null) => new(client.Header(ticket), packed, () => Interlocked.Increment(ref _released));

    // The round has handled what came before, so that the timer runs, when it answers a question.
    private protected void Expire() => Advance(TimeSpan.FromSeconds(20));

    private protected void Assign(IActorRef round, string client) => Assign(round, new("run", TaskPurpose.Train, 3, 2, client), "w1");

    private protected static MaskedClient Client(int index) => new(Masked(), Id(Names[index]), 4, Updates[index], Facts(index + 1), Schema) { Ticket = Ticket };

    private protected static UpdateFacts Facts(long examples) => new(examples, new(2 * examples, 0.5 * examples, examples), Validation: null, ComputeSeconds: examples);

    private protected static Roster Workers(params string[] workers) => new(workers.Length, workers.Length, []) { Names = [.. workers] };

    private protected static TaskId Id(string client, uint round = 3, uint attempt = 2) => new() { Run = "run", Round = round, Attempt = attempt, Client = client, Kind = TaskKind.Train };

    // Each client is off by less than a step 1 / (2^15 - 1), so the mean by n steps / W; float32 adds its own rounding at values up to 32.
    private protected static void AssertMean(RoundReady ready, double first, double second, int clients, double weight)
    {
        var bound = clients / (double)((1 << 15) - 1) / weight + 2e-6;
        var values = ready.Server.Parameters.Values.ToArray();
        Assert.InRange(values[0] - 10 - first, -bound, bound);
        Assert.InRange(values[1] - 20 - second, -bound, bound);
    }
}
