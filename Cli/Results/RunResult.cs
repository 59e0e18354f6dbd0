using Federated.Cli.Watching;

namespace Federated.Cli.Results;

/// <summary>What a run came to: <c>summary.json</c>, and what <c>run --json</c> prints. Property names are the keys in snake_case.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Job">The job's name.</param>
/// <param name="Status">completed, stopped or failed.</param>
/// <param name="Rounds">Committed rounds.</param>
/// <param name="Accuracy">Test accuracy of the final model, 0 to 1; null where it was not measured.</param>
/// <param name="Loss">Test loss of the final model; null where it was not measured.</param>
/// <param name="ModelSha256">SHA-256 of the bytes of <c>model.safetensors</c>, lower-case hex; null without a model.</param>
/// <param name="WallSeconds">From the start of the run to its end.</param>
/// <param name="TrainSeconds">Compute of the counted training, summed over clients.</param>
/// <param name="BytesDown">Parameters sent to workers.</param>
/// <param name="BytesUp">Payload received from workers.</param>
/// <param name="Clients">Clients that could take part.</param>
/// <param name="Workers">Workers attached at the end.</param>
/// <param name="Metrics">Figures of the final model by name; empty where it was not measured.</param>
/// <param name="Confusion">Of a classification with at most 32 classes; else null.</param>
/// <param name="ByClient">The final model on each client's own test examples; null without evaluation.per_client.</param>
/// <param name="Troubled">Clients that rounds had to do without, and why.</param>
/// <param name="PersonalAccuracy">Of the own models of the last round's clients, on their validation shares; null without.</param>
/// <param name="PersonalLoss">The same.</param>
/// <param name="ValidationSpread">Of the model that the last round began with over the round's clients; null where they have no validation shares.</param>
/// <param name="PersonalSpread">Of their own models; null without.</param>
/// <param name="ClientSpread">Of the final model over `by_client`; null without.</param>
/// <param name="Privacy">Differential privacy of the whole run; null without.</param>
/// <param name="LabelCounts">Training examples by class of the last round's clients together; null where they were not counted.</param>
internal sealed record RunResult(
    string Run, string Job, string Status, uint Rounds, double? Accuracy, double? Loss, string? ModelSha256,
    double WallSeconds, double TrainSeconds, ulong BytesDown, ulong BytesUp, uint Clients, uint Workers,
    IReadOnlyDictionary<string, double> Metrics, ConfusionRecord? Confusion, IReadOnlyDictionary<string, ClientRecord>? ByClient,
    IReadOnlyList<TroubledClient> Troubled, double? PersonalAccuracy, double? PersonalLoss, SpreadRecord? ValidationSpread, SpreadRecord? PersonalSpread, SpreadRecord? ClientSpread,
    PrivacyClaimRecord? Privacy, LabelCountsRecord? LabelCounts)
{
    public static RunResult Of(RunBoard board, string? modelSha256, IReadOnlyList<TroubledClient> troubled)
    {
        var summary = board.Summary;
        var last = board.LastRound;
        return new(summary.Run, summary.Name, StatusNames.Of(summary.Status), summary.Round, last?.AccuracyOf(last.Evaluation), (last?.Evaluation).MeanLoss(), modelSha256,
            summary.WallSeconds, summary.TrainSeconds, summary.BytesDown, summary.BytesUp, summary.Clients, summary.Workers,
            (last?.Figures ?? []).Metrics(), last.ConfusionRecord(), last.ClientRecords(), troubled,
            last?.AccuracyOf(last.Personal), (last?.Personal).MeanLoss(), SpreadRecord.From(last?.ValidationSpread), SpreadRecord.From(last?.PersonalSpread), SpreadRecord.From(last?.ClientSpread),
            PrivacyClaimRecord.From(summary.Privacy), LabelCountsRecord.From(last?.Masked?.LabelCounts));
    }
}
