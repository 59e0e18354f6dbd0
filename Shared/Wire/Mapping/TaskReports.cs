using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>Checks of outcomes without values.</summary>
public static class TaskReports
{
    /// <summary>Most characters of a failure's reason.</summary>
    public const int MaxReasonLength = 2000;

    /// <summary>Null when the report keeps the contract of transfer.proto; else why not. Whether anybody waits for it is the round's
    /// question.</summary>
    public static UploadRefusal? Check(TaskReport report)
    {
        if (TaskIds.Check(report.Id) is { } id) return new(Refusal.Malformed, id);
        if (CheckSeconds(report.ComputeSeconds) is { } seconds) return seconds;
        return report.OutcomeCase switch
        {
            TaskReport.OutcomeOneofCase.Metrics when report.Id.Kind != TaskKind.Evaluate =>
                new(Refusal.Malformed, "Only an evaluate task reports metrics without values."),
            TaskReport.OutcomeOneofCase.Metrics => MetricsMapping.Read(report.Metrics, out _),
            TaskReport.OutcomeOneofCase.Failure when report.Failure.Reason.Length > MaxReasonLength =>
                new(Refusal.Malformed, $"The reason of a failure has {report.Failure.Reason.Length} characters; at most {MaxReasonLength} are allowed."),
            TaskReport.OutcomeOneofCase.Failure => null,
            _ => new(Refusal.Malformed, "The report has neither metrics nor a failure."),
        };
    }

    /// <summary>Null when a time is finite and not negative; else why not.</summary>
    internal static UploadRefusal? CheckSeconds(double seconds) =>
        double.IsFinite(seconds) && seconds >= 0 ? null : new(Refusal.Malformed, "The compute time is negative or not a finite number.");
}
