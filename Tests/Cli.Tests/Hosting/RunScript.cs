using System.Collections.Immutable;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Cli.Tests.Hosting;

/// <summary>Events of a run of two rounds with fixed numbers.</summary>
internal static class RunScript
{
    public static RunSummary Summary(RunStatus status, uint round, string reason = "") => new()
    {
        Run = FakeCoordinator.RunId,
        Name = "two-rounds",
        Status = status,
        Reason = reason,
        Round = round,
        Rounds = 2,
        SubmittedUnixMs = 1_767_225_600_000,
        WallSeconds = 1.5 * round,
        TrainSeconds = 4.25 * round,
        BytesDown = 2_000 * (ulong)round,
        BytesUp = 10_000 * (ulong)round,
        Clients = 10,
        Workers = 2,
    };

    public static RoundReport Round(uint round, uint? correct) => new()
    {
        Round = round,
        Attempts = 1,
        Cohort = 10,
        Updates = 10,
        Examples = 3823,
        Training = new Metrics { Examples = 4, LossSum = 2, Correct = 3 },
        Evaluation = correct is { } right ? new Metrics { Examples = 1000, LossSum = 250, Correct = right } : null,
        WallSeconds = 1.5,
        TrainSeconds = 4.25,
        BytesDown = 2_000,
        BytesUp = 10_000,
        ParametersSha256 = new string('a', 64),
    };

    /// <summary>Round 2 of a run that learns two classes, of which one client has the first one alone.</summary>
    public static RoundReport Measured() => new(Round(2, 950))
    {
        Headline = { "accuracy", "auroc" },
        Figures = { Figure("auroc", 0.875), Figure("macro_f1", 0.8), Figure("recall/sick", 0.75) },
        Confusion = new() { Classes = { "healthy", "sick" }, Counts = { 500, 30, 20, 450 } },
        Clients =
        {
            new ClientEvaluation { Client = "north", Metrics = new Metrics { Examples = 600, LossSum = 150, Correct = 570 }, Figures = { Figure("auroc", 0.9) } },
            new ClientEvaluation { Client = "south", Metrics = new Metrics { Examples = 400, LossSum = 100, Correct = 380 } },
        },
    };

    /// <summary>The last round of a run that learns numbers.</summary>
    public static RoundReport Regression() => new(Round(2, 0)) { Headline = { "rmse" }, Figures = { Figure("mae", 1.5), Figure("rmse", 2.25) } };

    /// <summary>The last round of a run whose clients have models of their own.</summary>
    public static RoundReport Personal() => new(Round(2, 950))
    {
        Personal = new Metrics { Examples = 100, LossSum = 50, Correct = 75 },
        ValidationSpread = new() { Clients = 10, Mean = 0.5, WorstTenth = 0.25, Variance = 0.0625, Gini = 0.125 },
        PersonalSpread = new() { Clients = 9, OfLoss = true },
    };

    /// <summary>The last round of a masked run whose clients count three classes.</summary>
    public static RoundReport Counted() => new(Round(2, 950)) { Masked = new() { Neighbours = 9, LabelCounts = new() { Classes = { "lynx", "cat", "dog" }, Counts = { 60, 1500, 440 } } } };

    private static Figure Figure(string name, double value) => new() { Name = name, Value = value };

    public static RunEvent Committed(uint round, uint? correct, RunStatus status = RunStatus.Running) =>
        new() { Summary = Summary(status, round), Round = Round(round, correct) };

    public static RunEvent Ended(RunStatus status, uint round, string reason = "") => new() { Summary = Summary(status, round, reason) };

    public static RunEvent Training(uint round, uint done) =>
        new() { Summary = Summary(RunStatus.Running, round - 1), Progress = new RoundProgress { Round = round, Attempt = 1, Phase = "training", Done = done, Of = 10 } };

    public static RunEvent Notice(string text) => new() { Summary = Summary(RunStatus.Running, 0), Notice = text };

    /// <summary>Both rounds, each evaluated after it was committed, the first one only when the second is under way.</summary>
    public static IReadOnlyList<RunEvent> Complete =>
    [
        Notice("waiting for workers"), Training(1, 4), Committed(1, null), Training(2, 1), Committed(1, 900), Committed(2, null), Committed(2, 950), Ended(RunStatus.Completed, 2),
    ];

    public static ParameterVector Model => new(new ParameterSchema(ImmutableArray.Create(new TensorSpec("1.weight", [2, 2]), new TensorSpec("1.bias", [2]))), [1, 2, 3, 4, 5, 6]);
}
