using System.Collections.Immutable;
using System.Globalization;
using Federated.Coordinator.Journal;
using Federated.Core.Jobs;
using Federated.Core.Randomness;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>Writes the journal of a run to which anything happens that can: what RunState asks for next, and what people, clients, disks and
/// coordinators do meanwhile. The same seed gives the same journal. Not thread-safe.</summary>
/// <param name="seed">Decides everything.</param>
/// <param name="clients">Names of the clients; half of them are asked in a round.</param>
/// <param name="calm">Nothing but rounds and their evaluations.</param>
/// <param name="overlaps">Tasks go on beyond their round, and others are asked in the middle of one.</param>
internal sealed class RandomRun(ulong seed, ImmutableArray<string> clients, bool calm = false, bool overlaps = false)
{
    private readonly RandomStream _random = new(seed);
    private double _seconds;
    private ulong _epoch = 1;

    public static JobSpec Job { get; } = new()
    {
        Model = new() { Name = "logistic" },
        Evaluation = new() { Every = 2 },
        Federation = new() { Rounds = 1000, Retries = 2 },
    };

    public RunState State { get; private set; } = RunState.Initial;

    /// <summary>The next entry; null when the run is over for good.</summary>
    public RunEntry? Next(int entry)
    {
        _seconds += _random.NextDouble();
        var next = entry == 0 ? new() { Submitted = new() { JobYaml = "name: random\n", UnixMs = 1 } } : Choose();
        if (next is null) return null;
        (next.Version, next.Epoch, next.WallSeconds) = (1, _epoch, _seconds);
        if (RunEntries.ToChange(next) is { } change) State = State.Apply(change);
        return next;
    }

    private RunEntry? Choose() => State.Phase switch
    {
        RunPhase.Queued => Chance(0.1) ? Pause() : Chance(0.05) ? Stop() : new() { Started = new() },
        RunPhase.Paused => Chance(0.2) ? Stop() : new() { Resumed = new() },
        RunPhase.Failed or RunPhase.Stopped => Chance(0.95) ? new() { Retried = new() } : null,
        RunPhase.Running => Disturbance() ?? Work(),
        _ => null,
    };

    private RunEntry? Disturbance() => calm ? null
        : Chance(0.05) ? TakeOver()
        : Chance(0.02) ? Pause()
        : Chance(0.01) ? Stop()
        : Chance(0.01) ? new() { Failed = new() { Reason = "No checkpoint can be read." } }
        : Chance(0.03) && State.IsInitialised ? RollBack()
        : null;

    private RunEntry? Work()
    {
        if (!State.IsInitialised)
            return new()
            {
                DataKnown = new()
                {
                    Checkpoint = Checkpoint(0),
                    TestExamples = 600,
                    Clients = { clients.Select(client => new DataClient { Id = client, Examples = 10 }) },
                },
            };
        if (!State.Unmeasured.IsEmpty && Chance(0.4)) return Evaluate(State.Unmeasured[_random.Next(State.Unmeasured.Count)]);
        if (State.OpenAttempt > 0 && overlaps && Chance(0.5)) return Ask();
        if (State.OpenAttempt > 0) return !calm && Chance(0.2) ? FailAttempt(State.OpenAttempt) : Keep();
        var decision = State.Next(Job);
        return decision.Step switch
        {
            RunStep.OpenRound when !calm && Chance(0.03) => FailAttempt(decision.Attempt),
            RunStep.OpenRound => Open(decision),
            RunStep.Fail => new() { Failed = new() { Reason = decision.Reason } },
            RunStep.Complete => new() { Completed = new() { Reason = decision.Reason } },
            _ => Evaluate(State.Unmeasured[0]),
        };
    }

    private RunEntry TakeOver() => new() { TakenOver = new() { Node = string.Create(CultureInfo.InvariantCulture, $"http://c{++_epoch % 2}") } };

    private RunEntry Open(RunDecision decision) => new()
    {
        RoundOpened = new()
        {
            Round = (uint)decision.Round,
            Attempt = (uint)decision.Attempt,
            Cohort = { Some(clients, clients.Length / 2) },
            Wanted = (uint)(clients.Length / 2),
            ParametersSha256 = State.ParametersHash,
            DeadlineSeconds = 600,
        },
    };

    private RunEntry Keep()
    {
        var round = State.Round + 1;
        var report = new RoundReport
        {
            Round = (uint)round,
            Attempts = (uint)State.OpenAttempt,
            Cohort = (uint)State.OpenCohort!.Clients.Length,
            Updates = (uint)State.OpenCohort.Wanted,
            Examples = 500,
            Training = new() { Examples = 500, LossSum = 250.5, Correct = 400 },
            WallSeconds = 1.5,
            TrainSeconds = 2.5,
            BytesDown = 5488,
            BytesUp = 8232,
            ParametersSha256 = Hash(round),
            FailedAttempts = { State.FailedAttempts },
        };
        var measured = RunState.IsEvaluated(Job, round);
        var kept = new RunEntry.Types.RoundKept { Report = report, Checkpoint = Checkpoint(round), Measured = measured, FailedClients = { Failed() } };
        // Without a draw, so that the rest of the journal stays what it is.
        if (!calm) kept.Homes.AddRange(RunEntries.Homes(State.OpenCohort.Clients.Except(kept.FailedClients).ToImmutableSortedDictionary(client => client, client => $"w{(round + client[^1]) % 3}", StringComparer.Ordinal)));
        if (!calm) kept.Records.AddRange(State.OpenCohort.Clients.Except(kept.FailedClients).Select(client => new RunEntry.Types.ClientRecord { Client = client, Examples = 10, Loss = _random.NextDouble(), Seconds = _seconds }));
        if (overlaps) RunEntries.SetInFlight(kept, State.InFlight.RemoveRange(Some([.. State.InFlight.Keys], State.InFlight.Count / 2)));
        if (overlaps) kept.Recovered = new() { Clients = { State.Health.Lapses.Keys.Where(client => State.InFlight.ContainsKey(client) && !kept.FailedClients.Contains(client) && !kept.InFlight.Any(flight => flight.Client == client)) } };
        return new() { RoundKept = kept };
    }

    private RunEntry Ask() => new()
    {
        ClientsAsked = new() { Round = (uint)State.Round + 1, Attempt = (uint)State.OpenAttempt, Clients = { Some([.. clients.Where(client => !State.InFlight.ContainsKey(client))], 1) } },
    };

    private RunEntry FailAttempt(int attempt) => new()
    {
        AttemptFailed = new()
        {
            Round = (uint)State.Round + 1,
            Attempt = (uint)attempt,
            Reason = string.Create(CultureInfo.InvariantCulture, $"Reason {_random.Next(1000)}."),
            FailedClients = { Failed() },
            Recovered = overlaps ? new() : null,
        },
    };

    private RunEntry Evaluate(int round)
    {
        if (Chance(0.1)) return new() { Evaluated = new() { Round = (uint)round } };
        return new()
        {
            Evaluated = new()
            {
                Round = (uint)round,
                Metrics = new() { Examples = 600, LossSum = 300, Correct = (ulong)_random.Next(600) },
                Figures = { new Figure { Name = "auroc", Value = _random.NextDouble() }, new Figure { Name = "recall/sick", Value = _random.NextDouble() } },
                Confusion = new() { Classes = { "healthy", "sick" }, Counts = { 1, 2, 3, (ulong)_random.Next(600) } },
                Clients = { new ClientEvaluation { Client = "a", Metrics = new() { Examples = 6 } } },
            },
        };
    }

    private RunEntry RollBack()
    {
        var round = State.Round - Math.Min(State.Round, _random.Next(3));
        return new() { RolledBack = new() { Round = (uint)round, Reason = "A checkpoint is missing.", ParametersSha256 = Hash(round) } };
    }

    private IEnumerable<string> Failed() =>
        calm || State.OpenCohort is not { } cohort ? [] : Some(cohort.Clients, _random.Next(Math.Min(4, cohort.Clients.Length + 1)));

    private IEnumerable<string> Some(ImmutableArray<string> names, int count)
    {
        var all = names.ToArray();
        _random.Shuffle<string>(all);
        return all.Take(count).Order(StringComparer.Ordinal);
    }

    private Checkpoint Checkpoint(int round) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"round-{round:D7}-epoch-{_epoch}.safetensors"),
        Sha256 = Hash(round),
        ParametersSha256 = Hash(round),
        Bytes = 2744,
    };

    private bool Chance(double probability) => _random.NextDouble() < (calm && probability < 0.4 ? 0 : probability);

    private static string Hash(int round) => round.ToString("D64", CultureInfo.InvariantCulture);

    private static RunEntry Pause() => new() { Paused = new() { Reason = "Paused on request." } };

    private static RunEntry Stop() => new() { Stopped = new() { Reason = "Stopped on request." } };
}
