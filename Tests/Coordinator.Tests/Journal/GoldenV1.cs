using System.Collections.Immutable;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>What the files of Golden/v1 say: each kind of entry once, with every field set somewhere.</summary>
internal static class GoldenV1
{
    private const long Submitted = 1_767_323_045_000;

    private static readonly Checkpoint Initial = Kept("round-0000000-epoch-3.safetensors", '1', 'a', 2744);
    private static readonly Checkpoint First = Kept("round-0000001-epoch-4.safetensors", '2', 'b', 2745);

    private static readonly Dictionary<string, RunEntry> Entries = new(StringComparer.Ordinal)
    {
        ["submitted"] = new() { Epoch = 3, Submitted = new() { JobYaml = "name: golden\nseed: 7\n", UnixMs = Submitted } },
        ["started"] = new() { Epoch = 3, Started = new() },
        ["data-known"] = new()
        {
            Epoch = 3,
            WallSeconds = 0.5,
            DataKnown = new() { Checkpoint = Initial, Clients = { Client("ä", 11), Client("b", 12), Client("c", 13) }, TestExamples = 600 },
        },
        ["round-opened"] = new()
        {
            Epoch = 3,
            WallSeconds = 0.625,
            RoundOpened = new()
            {
                Round = 1,
                Attempt = 1,
                Cohort = { "b", "c", "ä" },
                Wanted = 2,
                ParametersSha256 = Sha('a'),
                DeadlineSeconds = 600.5,
            },
        },
        ["taken-over"] = new() { Epoch = 4, WallSeconds = 0.625, TakenOver = new() { Node = "http://b.example:5600" } },
        ["round-kept"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.25,
            RoundKept = new() { Report = Report(), Checkpoint = First, Measured = true, FailedClients = { "c" } },
        },
        ["evaluated"] = new() { Epoch = 4, WallSeconds = 12.5, Evaluated = new() { Round = 1, Metrics = Sums(600, 300.25, 540) } },
        ["data-known-goal"] = new()
        {
            Epoch = 3,
            WallSeconds = 0.5,
            DataKnown = new() { Checkpoint = Initial, TestExamples = 600, Goal = new() { Objective = ObjectiveKind.Classification, Classes = { "healthy", "sick" } } },
        },
        ["round-kept-measured"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.25,
            RoundKept = new() { Report = MeasuredReport(), Checkpoint = First, Measured = true },
        },
        ["data-known-left-out"] = new()
        {
            Epoch = 3,
            WallSeconds = 0.5,
            DataKnown = new() { Checkpoint = Initial, Clients = { Client("b", 12) }, LeftOut = { Problem("b", "It was away.") }, Unusable = { Problem("c", "Its table has no rows.") } },
        },
        ["round-opened-of-many"] = new() { Epoch = 3, WallSeconds = 0.625, RoundOpened = new() { Round = 1, Attempt = 1, Cohort = { "b" }, Wanted = 1, Clients = 40 } },
        ["round-kept-homes"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.25,
            RoundKept = new()
            {
                Report = Report(),
                Checkpoint = First,
                Homes = { new RunEntry.Types.Home { Worker = "w1", Clients = { "b", "ä" } }, new RunEntry.Types.Home { Worker = "w2", Clients = { "c" } } },
            },
        },
        ["round-kept-records"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.25,
            RoundKept = new() { Report = Report(), Checkpoint = First, Records = { new RunEntry.Types.ClientRecord { Client = "b", Examples = 12, Loss = 0.75, Seconds = 1.5 } } },
        },
        ["round-kept-private"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.25,
            RoundKept = new()
            {
                Report = new(Report()) { Training = null, Privacy = new() { Epsilon = 1.5, Delta = 1e-5, NoiseMultiplier = 1.25, Clip = 0.5 } },
                Checkpoint = First,
                Released = "[{\"event\":\"gaussian\",\"count\":1,\"noise\":1.25}]",
                Sizes = { 12, 40 },
            },
        },
        ["round-kept-own-models"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.25,
            RoundKept = new()
            {
                Report = new(Report()) { Personal = Sums(4, 2.5, 3), ValidationSpread = Of(0.25), PersonalSpread = Of(0.5), ClientSpread = new(Of(2)) { OfLoss = true } },
                Checkpoint = First,
            },
        },
        ["evaluated-figures"] = new()
        {
            Epoch = 4,
            WallSeconds = 12.5,
            Evaluated = new() { Round = 1, Metrics = Sums(600, 300.25, 540), Figures = { Auroc(0.75) }, Confusion = Matrix(), Clients = { OfOne() } },
        },
        ["clients-asked"] = new() { Epoch = 4, WallSeconds = 3.5, ClientsAsked = new() { Round = 1, Attempt = 1, Clients = { "d", "e" } } },
        ["round-kept-recovered"] = new()
        {
            Epoch = 4,
            WallSeconds = 12,
            RoundKept = new() { Report = Report(), Checkpoint = First, Recovered = new() { Clients = { "b", "ä" } } },
        },
        ["attempt-failed-overlapping"] = new() { Epoch = 4, WallSeconds = 12, AttemptFailed = new() { Round = 1, Attempt = 1, Reason = "x.", Recovered = new() } },
        ["round-kept-overlapping"] = new()
        {
            Epoch = 4,
            WallSeconds = 12,
            RoundKept = new()
            {
                Report = new(Report()) { Staleness = new() { Mean = 1.5, Largest = 3 } },
                Checkpoint = Kept("round-0000001-epoch-4.safetensors", 'd', 'b', 2744),
                InFlight = { new RunEntry.Types.Flight { Client = "d", Round = 1, Attempt = 1 } },
                VersionsInUse = { 3 },
            },
        },
        ["attempt-failed"] = new()
        {
            Epoch = 4,
            WallSeconds = 20,
            AttemptFailed = new() { Round = 2, Attempt = 1, Reason = "1 of 2 updates at the deadline.", FailedClients = { "c", "ä" } },
        },
        ["attempt-excused"] = new()
        {
            Epoch = 5,
            WallSeconds = 20.5,
            AttemptFailed = new() { Round = 2, Attempt = 2, Reason = "the coordinator that had it is gone.", Excused = true },
        },
        ["round-kept-masked"] = new()
        {
            Epoch = 4,
            WallSeconds = 12,
            RoundKept = new()
            {
                Report = new(Report()) { Masked = new() { Advertised = 10, Neighbours = 9, Threshold = 7, Bits = 16, Clip = 0.5, Step = 0.25, Identities = true } },
                Checkpoint = Kept("round-0000001-epoch-4.safetensors", 'd', 'b', 2744),
            },
        },
        ["round-kept-counted"] = new()
        {
            Epoch = 4,
            WallSeconds = 12,
            RoundKept = new()
            {
                Report = new(Report()) { Masked = new() { Advertised = 10, Neighbours = 9, Threshold = 7, Bits = 16, Clip = 0.5, Step = 0.25, LabelCounts = new() { Classes = { "healthy", "ill" }, Counts = { 70, 5 } } } },
                Checkpoint = Kept("round-0000001-epoch-4.safetensors", 'd', 'b', 2744),
            },
        },
        ["paused"] = new() { Epoch = 4, WallSeconds = 21, Paused = new() { Reason = "Paused on request." } },
        ["resumed"] = new() { Epoch = 4, WallSeconds = 21, Resumed = new() },
        ["stopped"] = new() { Epoch = 4, WallSeconds = 22, Stopped = new() { Reason = "Stopped on request." } },
        ["retried"] = new() { Epoch = 4, WallSeconds = 22, Retried = new() },
        ["failed"] = new() { Epoch = 4, WallSeconds = 23, Failed = new() { Reason = "Nobody is left." } },
        ["rolled-back"] = new()
        {
            Epoch = 4,
            WallSeconds = 24,
            RolledBack = new() { Round = 1, Reason = "Checkpoint 'round-0000002-epoch-4.safetensors' is missing.", ParametersSha256 = Sha('b') },
        },
        ["completed"] = new()
        {
            Epoch = 4,
            WallSeconds = 25,
            Completed = new() { Reason = "Round 1 reached accuracy 0.9; the stop rule asks for 0.9." },
        },
    };

    private static readonly CatalogEntry Added = new()
    {
        Version = 1,
        Epoch = 4,
        Added = new() { Run = "20260102-030405-1", JobYaml = "name: golden\nseed: 7\n", UnixMs = Submitted, Submission = "4f9c" },
    };

    private static readonly CatalogEntry Ended = new() { Version = 1, Epoch = 4, Ended = new() { Summary = Summary() } };
    private static readonly CatalogEntry EndedWithFigures = new() { Version = 1, Epoch = 4, Ended = new() { Summary = new(Summary()) { Figures = { Auroc(0.75) } } } };
    private static readonly CatalogEntry EndedPrivate =
        new() { Version = 1, Epoch = 4, Ended = new() { Summary = new(Summary()) { Privacy = new() { Epsilon = 1.5, Delta = 1e-5, Sentence = "The models of all rounds together are private." } } } };
    private static readonly CatalogEntry Begun = new() { Version = 1, Epoch = 4, TakenOver = new() { Node = "http://a.example:5600" } };

    /// <summary>The entries of a run in an order that can happen. One of them stands for every entry of its kind.</summary>
    public static ImmutableArray<string> Order { get; } =
    [
        "submitted", "started", "data-known", "round-opened", "taken-over", "round-kept", "evaluated", "attempt-failed", "paused", "resumed",
        "started", "stopped", "retried", "started", "failed", "retried", "started", "rolled-back", "completed",
    ];

    /// <summary>By file name, which begins with the manifest.</summary>
    public static ImmutableSortedDictionary<string, IMessage> Messages { get; } = All();

    /// <summary>An entry of a run by its kind.</summary>
    public static string FileOf(string kind) => $"federated.v1.RunEntry-{kind}.bin";

    private static ImmutableSortedDictionary<string, IMessage> All()
    {
        foreach (var entry in Entries.Values) entry.Version = 1;
        var files = Entries.ToDictionary(entry => FileOf(entry.Key), IMessage (entry) => entry.Value, StringComparer.Ordinal);
        files["federated.v1.RunSnapshot.bin"] = new RunSnapshot { Version = 1, Entries = { Order.Select(kind => Entries[kind]) } };
        files["federated.v1.CatalogEntry-taken-over.bin"] = Begun;
        files["federated.v1.CatalogEntry-added.bin"] = Added;
        files["federated.v1.CatalogEntry-ended.bin"] = Ended;
        files["federated.v1.CatalogEntry-ended-figures.bin"] = EndedWithFigures;
        files["federated.v1.CatalogEntry-ended-private.bin"] = EndedPrivate;
        files["federated.v1.CatalogEntry-reopened.bin"] = new CatalogEntry { Version = 1, Epoch = 4, Reopened = new() { Run = "20260102-030405-1" } };
        files["federated.v1.CatalogSnapshot.bin"] = new CatalogSnapshot { Version = 1, Entries = { Added, Ended, Begun } };
        return files.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static RoundReport Report() => new()
    {
        Round = 1,
        Attempts = 1,
        Cohort = 3,
        Updates = 2,
        Examples = 23,
        Training = Sums(23, 40.5, 7),
        Validation = Sums(4, 9.25, 1),
        Evaluation = Sums(600, 300.25, 540),
        WallSeconds = 11.5,
        TrainSeconds = 20.75,
        BytesDown = 5488,
        BytesUp = 8232,
        ParametersSha256 = Sha('b'),
        Problems = { new ClientProblem { Client = "c", Worker = "w1", Refused = Refusal.NotFinite, Reason = "NaN among the values." } },
        FailedAttempts = { "0 of 2 updates at the deadline." },
    };

    private static RoundReport MeasuredReport() => new(Report()) { Figures = { Auroc(0.75) }, Confusion = Matrix(), Clients = { OfOne() }, Headline = { "accuracy", "auroc" } };

    private static ClientProblem Problem(string client, string reason) => new() { Client = client, Reason = reason };

    private static Spread Of(double mean) => new() { Clients = 3, Mean = mean, WorstTenth = 0.125, Variance = 0.0625, Gini = 0.375 };

    private static Figure Auroc(double value) => new() { Name = "auroc", Value = value };

    private static Confusion Matrix() => new() { Classes = { "healthy", "sick" }, Counts = { 300, 20, 40, 240 } };

    private static ClientEvaluation OfOne() => new() { Client = "b", Metrics = Sums(100, 50.5, 90), Figures = { Auroc(0.5) } };

    private static RunSummary Summary() => new()
    {
        Run = "20260102-030405-1",
        Name = "golden",
        Status = RunStatus.Completed,
        Reason = "Round 1 reached accuracy 0.9; the stop rule asks for 0.9.",
        Round = 1,
        Rounds = 20,
        Accuracy = 0.9,
        Loss = 0.5,
        SubmittedUnixMs = Submitted,
        WallSeconds = 25,
        TrainSeconds = 20.75,
        BytesDown = 5488,
        BytesUp = 8232,
        Clients = 3,
        Workers = 2,
    };

    private static Checkpoint Kept(string name, char file, char parameters, ulong bytes) =>
        new() { Name = name, Sha256 = Sha(file), ParametersSha256 = Sha(parameters), Bytes = bytes };

    private static DataClient Client(string id, ulong examples) => new() { Id = id, Examples = examples };

    private static Metrics Sums(ulong examples, double loss, ulong correct) => new() { Examples = examples, LossSum = loss, Correct = correct };

    private static string Sha(char digit) => new(digit, 64);
}
