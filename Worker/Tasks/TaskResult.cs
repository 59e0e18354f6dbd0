using System.Collections.Immutable;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Worker.Tasks;

/// <summary>What a task gave: an upload with values, or a report without.</summary>
internal abstract record TaskResult(TaskId Id)
{
    /// <summary>A report that the task failed.</summary>
    /// <param name="id">The task.</param>
    /// <param name="reason">A sentence; cut at the length that the contract allows.</param>
    /// <param name="permanent">True when a repetition must fail as well.</param>
    /// <param name="onlyHere">True when it may succeed on another worker, and here it never does; then it is not permanent.</param>
    public static ReportResult Failed(TaskId id, string reason, bool permanent, bool onlyHere = false)
    {
        return new(new TaskReport { Id = id, Failure = new TaskFailure { Reason = Cut(reason), Permanent = permanent && !onlyHere, OnlyHere = onlyHere } });
    }

    /// <summary>A reason of the length that the contract allows.</summary>
    /// <param name="reason">A sentence or several lines.</param>
    /// <param name="length">Characters, at least 3.</param>
    public static string Cut(string reason, int length = TaskReports.MaxReasonLength) => reason.Length <= length ? reason : reason[..(length - 3)] + "...";
}

/// <summary>Values and their header.</summary>
/// <param name="Header">Complete but for what the sender fills in (encoding, count, length).</param>
/// <param name="Values">Shape [P].</param>
/// <param name="Buffer">Where the values lie, to be returned; null when they are nobody's to return.</param>
internal sealed record UploadResult(UploadHeader Header, ReadOnlyMemory<float> Values, UpdateBuffer? Buffer) : TaskResult(Header.Id)
{
    /// <value>[classes], the client's training examples of each class, which leave masked or not at all; empty where the job does not count them.</value>
    public ImmutableArray<long> Labels { get; init; } = [];
}

/// <summary>A masked vector and its header.</summary>
/// <param name="Header">Complete but for what the sender fills in (encoding, length); nothing in it is of the client's data.</param>
/// <param name="Packed">In the layout of the round.</param>
internal sealed record MaskedResult(UploadHeader Header, ReadOnlyMemory<byte> Packed) : TaskResult(Header.Id);

/// <summary>Metrics, moments or a failure.</summary>
internal sealed record ReportResult(TaskReport Report) : TaskResult(Report.Id);
