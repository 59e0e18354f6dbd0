using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>One committed round: a line of <c>metrics.jsonl</c>. Property names are the keys in snake_case.</summary>
internal sealed record RoundRecord(
    uint Round, uint Attempts, uint Cohort, uint Updates, ulong Examples, double? Accuracy, double? Loss, double? TrainingAccuracy, double? TrainingLoss,
    double? ValidationAccuracy, double? ValidationLoss, double WallSeconds, double TrainSeconds, ulong BytesDown, ulong BytesUp, string ParametersSha256,
    IReadOnlyList<ProblemRecord> Problems, IReadOnlyList<string> FailedAttempts, StalenessRecord? Staleness, IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyDictionary<string, ClientRecord>? Clients, double? PersonalAccuracy, double? PersonalLoss, SpreadRecord? ValidationSpread, SpreadRecord? PersonalSpread,
    SpreadRecord? ClientSpread, RoundPrivacyRecord? Privacy, MaskedRecord? Masked)
{
    public static RoundRecord Of(RoundReport round) => new(
        round.Round, round.Attempts, round.Cohort, round.Updates, round.Examples,
        round.AccuracyOf(round.Evaluation), round.Evaluation.MeanLoss(), round.AccuracyOf(round.Training), round.Training.MeanLoss(),
        round.AccuracyOf(round.Validation), round.Validation.MeanLoss(), round.WallSeconds, round.TrainSeconds, round.BytesDown, round.BytesUp, round.ParametersSha256,
        [.. round.Problems.Select(problem => new ProblemRecord(problem.Client, problem.Worker, problem.Refused == Refusal.Unspecified ? null : problem.Refused.ToString(), problem.Reason))],
        [.. round.FailedAttempts], round.Staleness is { } staleness ? new(staleness.Mean, staleness.Largest) : null, round.Figures.Metrics(), round.ClientRecords(),
        round.AccuracyOf(round.Personal), round.Personal.MeanLoss(), SpreadRecord.From(round.ValidationSpread), SpreadRecord.From(round.PersonalSpread), SpreadRecord.From(round.ClientSpread),
        RoundPrivacyRecord.From(round.Privacy), MaskedRecord.From(round.Masked));
}

/// <summary>How many versions were made between those that a round's updates started from and the one that they changed.</summary>
internal sealed record StalenessRecord(double Mean, uint Largest);

/// <summary>How a round's updates were masked, where they were.</summary>
/// <param name="Advertised">Clients that had trained and took part in the protocol.</param>
/// <param name="Neighbours">That each of them masked with.</param>
/// <param name="Threshold">Shares that open a secret.</param>
/// <param name="Bits">Of a value.</param>
/// <param name="Clip">Largest magnitude of a value.</param>
/// <param name="Step">Of the encoding.</param>
/// <param name="Identities">Whether clients signed what they sent each other.</param>
/// <param name="LabelCounts">Their training examples by class; null where they were not counted.</param>
internal sealed record MaskedRecord(uint Advertised, uint Neighbours, uint Threshold, uint Bits, double Clip, double Step, bool Identities, LabelCountsRecord? LabelCounts)
{
    public static MaskedRecord? From(MaskedUpdates? masked) =>
        masked is null ? null : new(masked.Advertised, masked.Neighbours, masked.Threshold, masked.Bits, masked.Clip, masked.Step, masked.Identities, LabelCountsRecord.From(masked.LabelCounts));
}

/// <summary>A client whose update a round did without.</summary>
/// <param name="Client">The client.</param>
/// <param name="Worker">The worker that it was on; "" for none.</param>
/// <param name="Refused">Why its update was refused; null when it failed or never answered.</param>
/// <param name="Reason">One sentence.</param>
internal sealed record ProblemRecord(string Client, string Worker, string? Refused, string Reason);
