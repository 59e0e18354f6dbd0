using Federated.Core.Metrics;
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
        if (Tickets.Check(report.Ticket) is { } ticket) return ticket;
        return report.OutcomeCase switch
        {
            TaskReport.OutcomeOneofCase.Metrics when report.Id.Kind != TaskKind.Evaluate =>
                new(Refusal.Malformed, "Only an evaluate task reports metrics without values."),
            TaskReport.OutcomeOneofCase.Metrics => ReadEvaluation(report, out _),
            _ when report.Tallies.Count > 0 => new(Refusal.Malformed, "Only metrics have tallies."),
            TaskReport.OutcomeOneofCase.Moments when report.Id.Kind != TaskKind.Statistics =>
                new(Refusal.Malformed, "Only a statistics task reports moments."),
            TaskReport.OutcomeOneofCase.Moments => MomentsMapping.Read(report.Moments, out _),
            TaskReport.OutcomeOneofCase.Failure when report.Failure.Reason.Length > MaxReasonLength =>
                new(Refusal.Malformed, $"The reason of a failure has {report.Failure.Reason.Length} characters; at most {MaxReasonLength} are allowed."),
            TaskReport.OutcomeOneofCase.Failure => null,
            _ => new(Refusal.Malformed, "The report has neither metrics nor moments nor a failure."),
        };
    }

    /// <summary>Reads what an evaluate task measured.</summary>
    /// <param name="report">Its outcome is metrics.</param>
    /// <param name="sums">The sums when nothing is wrong.</param>
    /// <returns>Null when they can be used; else why not.</returns>
    public static UploadRefusal? ReadEvaluation(TaskReport report, out EvaluationSums sums)
    {
        sums = EvaluationSums.None;
        if (MetricsMapping.Read(report.Metrics, out var triple) is { } wrong) return wrong;
        if (TallyMapping.Read(report.Tallies, out var tallies) is { } malformed) return malformed;
        if (triple.Examples == 0 && report.Tallies.Count > 0) return new(Refusal.Malformed, "Tallies over no examples are not empty.");
        sums = new(triple, tallies);
        return null;
    }

    /// <summary>Null when a time is finite and not negative; else why not.</summary>
    internal static UploadRefusal? CheckSeconds(double seconds) =>
        double.IsFinite(seconds) && seconds >= 0 ? null : new(Refusal.Malformed, "The compute time is negative or not a finite number.");
}
