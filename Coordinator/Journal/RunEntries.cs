using System.Collections.Immutable;
using Federated.Coordinator.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Journal;

/// <summary>Entries of a run's journal, as the changes that Core knows.</summary>
internal static class RunEntries
{
    /// <summary>The change of the run's state that an entry stands for; null where it changes something else (who owns the run, when it was submitted).</summary>
    /// <exception cref="InvalidDataException">The entry is of a kind that this version does not know, or its metrics are none.</exception>
    public static RunChange? ToChange(RunEntry entry) => entry.EventCase switch
    {
        RunEntry.EventOneofCase.Submitted or RunEntry.EventOneofCase.TakenOver => null,
        RunEntry.EventOneofCase.Started => new RunChange.Started(),
        RunEntry.EventOneofCase.DataKnown => new RunChange.Initialised(
            entry.DataKnown.Checkpoint.ParametersSha256,
            [.. entry.DataKnown.Clients.Select(client => new ClientShare(client.Id, (long)client.Examples))],
            (long)entry.DataKnown.TestExamples)
        { Goal = ToGoal(entry.DataKnown.Goal) },
        RunEntry.EventOneofCase.RoundOpened => new RunChange.RoundOpened(
            (int)entry.RoundOpened.Round, (int)entry.RoundOpened.Attempt, new([.. entry.RoundOpened.Cohort], (int)entry.RoundOpened.Wanted, Math.Max((int)entry.RoundOpened.Clients, entry.RoundOpened.Cohort.Count))),
        RunEntry.EventOneofCase.RoundKept => new RunChange.RoundCommitted(
            (int)entry.RoundKept.Report.Round, entry.RoundKept.Report.ParametersSha256, entry.RoundKept.Measured, [.. entry.RoundKept.FailedClients])
        {
            Records = [.. entry.RoundKept.Records.Select(record => KeyValuePair.Create(record.Client, new ClientRecord((int)entry.RoundKept.Report.Round, (long)record.Examples, record.Loss, record.Seconds)))],
            Homes = ToHomes(entry.RoundKept.Homes),
            Released = ToLedger(entry.RoundKept.Released),
            Sizes = [.. entry.RoundKept.Sizes],
            Recovered = ToRecovered(entry.RoundKept.Recovered),
            InFlight = entry.RoundKept.InFlight.ToImmutableSortedDictionary(flight => flight.Client, flight => new FlightTask((int)flight.Round, (int)flight.Attempt), StringComparer.Ordinal),
        },
        RunEntry.EventOneofCase.ClientsAsked => new RunChange.ClientsAsked((int)entry.ClientsAsked.Round, (int)entry.ClientsAsked.Attempt, [.. entry.ClientsAsked.Clients]),
        RunEntry.EventOneofCase.AttemptFailed => new RunChange.RoundFailed(
            (int)entry.AttemptFailed.Round, (int)entry.AttemptFailed.Attempt, entry.AttemptFailed.Reason, [.. entry.AttemptFailed.FailedClients])
        { Recovered = ToRecovered(entry.AttemptFailed.Recovered), Excused = entry.AttemptFailed.Excused },
        RunEntry.EventOneofCase.Evaluated => new RunChange.Evaluated((int)entry.Evaluated.Round, ToMeasurement(entry.Evaluated)),
        RunEntry.EventOneofCase.Paused => new RunChange.Paused(entry.Paused.Reason),
        RunEntry.EventOneofCase.Resumed => new RunChange.Resumed(),
        RunEntry.EventOneofCase.Retried => new RunChange.Retried(),
        RunEntry.EventOneofCase.RolledBack => new RunChange.RolledBack((int)entry.RolledBack.Round, entry.RolledBack.ParametersSha256),
        RunEntry.EventOneofCase.Stopped => new RunChange.Stopped(entry.Stopped.Reason),
        RunEntry.EventOneofCase.Failed => new RunChange.Failed(entry.Failed.Reason),
        RunEntry.EventOneofCase.Completed => new RunChange.Completed(entry.Completed.Reason),
        _ => throw new InvalidDataException("An entry of the run's journal has no event that this version knows."),
    };

    /// <summary>What an entry says of the clients whose updates count; nothing where no selection will look at it.</summary>
    /// <param name="kind">The job's selection.</param>
    /// <param name="updates">Of the round, by client.</param>
    public static IEnumerable<RunEntry.Types.ClientRecord> Records(SelectionKind kind, IEnumerable<KeyValuePair<string, UpdateFacts>> updates) => !CohortSelection.Remembers(kind) ? []
        : updates.Select(update => new RunEntry.Types.ClientRecord
        {
            Client = update.Key,
            Examples = (ulong)update.Value.Examples,
            Loss = update.Value.Training.Loss,
            Seconds = update.Value.ComputeSeconds,
        });

    /// <summary>What an entry says of an evaluation.</summary>
    /// <param name="round">Whose model was measured.</param>
    /// <param name="result">Null when that could not be done.</param>
    public static RunEntry.Types.Evaluated Evaluated(int round, EvaluationResult? result)
    {
        var evaluated = new RunEntry.Types.Evaluated { Round = (uint)round, Metrics = result?.Whole.Sums.ToProto(), Confusion = result?.Confusion?.ToProto() };
        if (result is null) return evaluated;
        evaluated.Figures.AddRange(result.Whole.Figures.ToProto());
        evaluated.Clients.AddRange(result.Clients.Select(client =>
            new ClientEvaluation { Client = client.Key, Metrics = client.Value.Sums.ToProto(), Figures = { client.Value.Figures.ToProto() } }));
        return evaluated;
    }

    /// <summary>What an entry says of tasks that go on beyond its round.</summary>
    public static void SetInFlight(RunEntry.Types.RoundKept kept, ImmutableSortedDictionary<string, FlightTask> tasks)
    {
        kept.InFlight.AddRange(tasks.Select(task => new RunEntry.Types.Flight { Client = task.Key, Round = (uint)task.Value.Round, Attempt = (uint)task.Value.Attempt }));
        kept.VersionsInUse.AddRange(tasks.Values.Select(task => (uint)task.Round - 1).Distinct().Order());
    }

    /// <summary>What an entry says of the homes of clients.</summary>
    /// <param name="workers">By client.</param>
    public static IEnumerable<RunEntry.Types.Home> Homes(ImmutableSortedDictionary<string, string> workers) =>
        workers.GroupBy(client => client.Value, client => client.Key, StringComparer.Ordinal).OrderBy(home => home.Key, StringComparer.Ordinal)
            .Select(home => new RunEntry.Types.Home { Worker = home.Key, Clients = { home } });

    private static ImmutableSortedDictionary<string, string> ToHomes(IEnumerable<RunEntry.Types.Home> homes) =>
        homes.SelectMany(home => home.Clients, (home, client) => KeyValuePair.Create(client, home.Worker)).ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static ImmutableArray<string>? ToRecovered(RunEntry.Types.Recovered? recovered) => recovered is null ? null : [.. recovered.Clients];

    private static Measurement? ToMeasurement(RunEntry.Types.Evaluated evaluated)
    {
        if (evaluated.Metrics is null) return null;
        return MetricsMapping.Read(evaluated.Metrics, out var sums) is { } wrong ? throw new InvalidDataException($"An evaluation in the run's journal is damaged: {wrong.Detail}")
            : new(sums, evaluated.Figures.ToFigures());
    }

    private static PrivacyLedger ToLedger(string text) => text.Length == 0 ? PrivacyLedger.Empty
        : LedgerText.Read(text) is { Ok: true } read ? read.Ledger : throw new InvalidDataException($"What a round gave away is damaged in the run's journal: {LedgerText.Read(text).Error}");

    private static Core.Metrics.Goal? ToGoal(V1.Goal? goal) =>
        GoalMapping.Read(goal, out var read) is { } wrong ? throw new InvalidDataException($"The goal in the run's journal is damaged: {wrong}") : read;
}
