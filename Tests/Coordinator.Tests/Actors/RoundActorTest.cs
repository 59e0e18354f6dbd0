using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>A round whose run and registry are probes.</summary>
public abstract class RoundActorTest : ActorTest
{
    private protected RoundActorTest()
    {
        (TheRun, Registry) = (CreateTestProbe(), CreateTestProbe());
        TheRun.IgnoreMessages(message => message is StepProgress or CohortDrawn);
        TheRun.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is CohortDrawn) sender.Tell(CohortKept.Instance);
            return AutoPilot.KeepRunning;
        }));
    }

    private protected TestProbe TheRun { get; }

    private protected TestProbe Registry { get; }

    private protected IActorRef Open(JobSpec job, IFederatedAlgorithm? algorithm = null, string[]? clients = null, ClientHomes? homes = null, IUpdateAggregate? aggregate = null)
    {
        algorithm ??= AlgorithmCatalog.Create(job);
        var server = AlgorithmCatalog.Create(job).Init(Start);
        ImmutableArray<ClientShare> shares = [.. (clients ?? ["a", "b"]).Select(client => new ClientShare(client, 10))];
        // Where clients are known, as if the cohort were durable already, so that the round trains when it is there.
        var cohort = job.Data.Placement == Placement.Local ? null
            : CohortSelection.Draw(job.Federation.Cohort, job.Seed, 3, 2, shares.Select(share => new Candidate(share.Id)), ClientHealth.Fine);
        var plan = new RoundPlan("run", job, 3, 2, server, algorithm, shares, aggregate ?? new WeightedMean(algorithm.UpdateSchema(Start.Schema).Count), ClientHealth.Fine) { Reopened = cohort, Homes = homes };
        return TheRun.ChildActorOf(RoundActor.Props(plan, Registry));
    }

    private protected static JobSpec Local(int minimum) => With(Job(), cohort => cohort with { Minimum = minimum }) with { Data = new() { Placement = Placement.Local } };

    private protected static Roster RosterOf(params string[] clients) => new(1, 1, [.. clients]);

    private protected static Roster Present(params string[] workers) => new(workers.Length, workers.Length, []) { Names = [.. workers] };

    private protected static ClientHomes Homes(params (string Client, string Worker)[] homes) => ClientHomes.None.After(1, homes.Select(home => KeyValuePair.Create(home.Client, home.Worker)));

    private protected static OfferUpdate MadeBy(string worker, TaskId id)
    {
        var update = Update(id, [1f, 1f]);
        update.Header.Ticket = TicketOf(worker);
        return update;
    }

    private protected static ByteString TicketOf(string worker) => ByteString.CopyFromUtf8(worker.PadRight(16));

    private protected static TaskKey Key(string client) => new("run", TaskPurpose.Train, 3, 2, client);

    private protected static TaskId Id(string client, uint round = 3, uint attempt = 2) => new() { Run = "run", Round = round, Attempt = attempt, Client = client, Kind = TaskKind.Train };
}
