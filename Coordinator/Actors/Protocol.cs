using System.Threading.Channels;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

// What the gRPC services ask of RunsActor. These messages stay inside one process. Generated messages inside them are not changed after they were sent.

/// <summary>Queue a checked job. Reply: <see cref="JobQueued"/> or <see cref="JournalUnavailable"/>.</summary>
/// <param name="Job">The job.</param>
/// <param name="Yaml">Its complete text.</param>
/// <param name="Submission">Chosen by the client, so that it can ask again when no answer came: the same one gives the run that it became. "" for
/// none.</param>
public sealed record SubmitJob(JobSpec Job, string Yaml, string Submission = "");

/// <summary>The run that a job became.</summary>
public sealed record JobQueued(string Run);

/// <summary>Reply: <see cref="ListReply"/>.</summary>
public sealed record GetRuns
{
    /// <summary>The one instance.</summary>
    public static readonly GetRuns Instance = new();
}

/// <summary>Reply: <see cref="RunFound{T}"/> of <see cref="RunDetails"/>.</summary>
public sealed record GetRun(string Run);

/// <summary>Reply: <see cref="RunFound{T}"/> of <see cref="RunSummary"/>, as the run is after it was told to stop.</summary>
public sealed record StopRun(string Run);

/// <summary>Halt the run. Reply: <see cref="RunFound{T}"/> of <see cref="RunSummary"/>, or <see cref="RunRefused"/>.</summary>
public sealed record PauseRun(string Run);

/// <summary>Let a paused run go on. Reply: <see cref="RunFound{T}"/> of <see cref="RunSummary"/>, or <see cref="RunRefused"/>.</summary>
public sealed record ResumeRun(string Run);

/// <summary>Let a failed or stopped run go on after its last committed round. Reply: <see cref="RunFound{T}"/> of <see cref="RunSummary"/>, or
/// <see cref="RunRefused"/>.</summary>
public sealed record RetryRun(string Run);

/// <summary>Parameters after a round; after the last committed one when <paramref name="Round"/> is null. Reply: <see cref="RunFound{T}"/> of
/// <see cref="CommittedModel"/>, or <see cref="RunRefused"/> where the run has none, or none of that round any more.</summary>
public sealed record GetModel(string Run, int? Round = null);

/// <summary>A reply: the run is there, and what was asked does not go with the state that it is in.</summary>
/// <param name="Detail">One sentence for people.</param>
public sealed record RunRefused(string Detail);

/// <summary>A reply to anything that must be durable before it counts: the journal cannot be written now. Nothing has changed; try again.</summary>
/// <param name="Detail">One sentence for people.</param>
public sealed record JournalUnavailable(string Detail);

/// <summary>Write every event of a run from a round on to the channel, then complete it when the run ends. A full channel drops progress, never rounds:
/// the channel is unbounded and progress is rate-limited at the source. Reply: <see cref="RunFound{T}"/> of <see cref="RunSummary"/>.</summary>
public sealed record WatchRun(string Run, int FromRound, ChannelWriter<RunEvent> Events);

/// <summary>The watcher has gone.</summary>
public sealed record UnwatchRun(string Run, ChannelWriter<RunEvent> Events);

/// <summary>A reply about one run; null when the run is unknown.</summary>
public sealed record RunFound<T>(T? Value) where T : class;

/// <summary>Parameters after a round.</summary>
public sealed record CommittedModel(int Round, ParameterVector Parameters);

/// <summary>May this task upload, and what must it look like? Asked before any payload is read. Reply: <see cref="UploadPermit"/> or <see cref="RefusedOffer"/>.</summary>
/// <param name="Id">The task.</param>
/// <param name="Ticket">What the uploader shows.</param>
public sealed record BeginUpload(TaskId Id, ByteString Ticket);

/// <summary>What an upload must be.</summary>
/// <param name="Schema">The run's schema; null for initialise, where the upload brings it.</param>
public sealed record UploadPermit(ParameterSchema? Schema)
{
    /// <value>The form of a masked update, where the round takes nothing else; null where it takes plain values.</value>
    public MaskedLayout? Masked { get; init; }
}

/// <summary>A refusal for a peer.</summary>
public sealed record RefusedOffer(Refusal Reason, string Detail)
{
    /// <summary>The same as the answer to a complete offer.</summary>
    public Verdict ToVerdict() => new() { Refused = Reason, Detail = Detail };
}

/// <summary>An upload that had a permit was refused by its content (not finite, wrong length, bad checksum ...). The round lists it among its problems and no longer waits
/// for the client, whose task is over. No reply.</summary>
public sealed record UploadRejected(TaskId Id, Refusal Reason, string Detail);

/// <summary>A complete, verified and finite train update. From here on the round owns <paramref name="Values"/> and calls <paramref name="Release"/> once when it
/// no longer needs them (accepted and folded, or refused). Reply: <see cref="Verdict"/>.</summary>
/// <param name="Header">The checked header.</param>
/// <param name="Values">At least P values; the first P are the update.</param>
/// <param name="Release">Returns the buffer to its pool; safe to call from any thread.</param>
public sealed record OfferUpdate(UploadHeader Header, float[] Values, Action Release);

/// <summary>A complete and verified result of an initialise task. Reply: <see cref="Verdict"/>.</summary>
public sealed record OfferInitialised(UploadHeader Header, ParameterVector Parameters);

/// <summary>The outcome of a task without values. Reply: <see cref="Verdict"/>.</summary>
public sealed record OfferReport(TaskReport Report);

/// <summary>Payload bytes that left or came for a run; tells the round's accounts. No reply.</summary>
public sealed record BytesMoved(string Run, long Down, long Up);
