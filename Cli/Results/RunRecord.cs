using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>A run on a coordinator, for programs. Property names are the keys in snake_case.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Job">The job's name.</param>
/// <param name="Status">queued, running, paused, completed, stopped or failed.</param>
/// <param name="Reason">Why it stopped or failed; else "".</param>
/// <param name="Round">Last committed round.</param>
/// <param name="Rounds">Rounds that the job asks for.</param>
/// <param name="Accuracy">Of the last evaluation; null without one.</param>
/// <param name="Loss">Of the last evaluation; null without one.</param>
/// <param name="Submitted">When it was submitted, UTC.</param>
/// <param name="WallSeconds">Since the run started.</param>
/// <param name="TrainSeconds">Compute of the counted training, summed over clients.</param>
/// <param name="BytesDown">Parameters sent to workers.</param>
/// <param name="BytesUp">Payload received from workers.</param>
/// <param name="Clients">Clients that can take part.</param>
/// <param name="Workers">Workers attached.</param>
/// <param name="Metrics">Figures of the last evaluation, without those of single classes.</param>
/// <param name="Privacy">Differential privacy so far; null without.</param>
internal sealed record RunRecord(
    string Run, string Job, string Status, string Reason, uint Round, uint Rounds, double? Accuracy, double? Loss, DateTimeOffset Submitted,
    double WallSeconds, double TrainSeconds, ulong BytesDown, ulong BytesUp, uint Clients, uint Workers,
    IReadOnlyDictionary<string, double> Metrics, PrivacyClaimRecord? Privacy)
{
    public static RunRecord Of(RunSummary summary) => new(
        summary.Run, summary.Name, StatusNames.Of(summary.Status), summary.Reason, summary.Round, summary.Rounds,
        Measured(summary.HasAccuracy, summary.Accuracy), Measured(summary.HasLoss, summary.Loss), DateTimeOffset.FromUnixTimeMilliseconds(summary.SubmittedUnixMs),
        summary.WallSeconds, summary.TrainSeconds, summary.BytesDown, summary.BytesUp, summary.Clients, summary.Workers,
        summary.Figures.Metrics(), PrivacyClaimRecord.From(summary.Privacy));

    private static double? Measured(bool present, double value) => present && double.IsFinite(value) ? value : null;
}
