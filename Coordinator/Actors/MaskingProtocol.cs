using System.Threading.Channels;
using Federated.Core.Privacy.SecureAggregation;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

// What the Masking service asks of a masked round, by way of RunsActor. These messages stay inside one process. Steps for a client are written to the channel that came with its advertisement; the round
// completes it after the last.

/// <summary>A client has trained and opens its stream, or opens it again. Reply: <see cref="MaskingJoined"/> or <see cref="RefusedOffer"/>.</summary>
/// <param name="Id">Its train task.</param>
/// <param name="Ticket">What the worker shows.</param>
/// <param name="Advertisement">Its keys; their form has been checked.</param>
/// <param name="Steps">Where its steps go; it holds any number.</param>
public sealed record JoinMasking(TaskId Id, ByteString Ticket, Advertisement Advertisement, ChannelWriter<MaskingStep> Steps);

/// <summary>The client takes part.</summary>
public sealed record MaskingJoined
{
    /// <summary>The one instance.</summary>
    public static readonly MaskingJoined Instance = new();
}

/// <summary>A client has answered on its stream. No reply: what is wrong with it ends the stream.</summary>
/// <param name="Id">Its train task.</param>
/// <param name="Answer">Any but an advertisement; its form is not checked.</param>
/// <param name="Steps">The stream's.</param>
public sealed record MaskingAnswered(TaskId Id, MaskingAnswer Answer, ChannelWriter<MaskingStep> Steps);

/// <summary>A client's stream has ended. No reply.</summary>
/// <param name="Id">Its train task.</param>
/// <param name="Steps">The stream's.</param>
public sealed record MaskingLeft(TaskId Id, ChannelWriter<MaskingStep> Steps);

/// <summary>A complete and intact masked update. From here on the round owns the bytes and calls <paramref name="Release"/> once when it no longer needs them. Reply: <see cref="Verdict"/>.</summary>
/// <param name="Header">The checked header.</param>
/// <param name="Packed">The masked vector in the form of the permit.</param>
/// <param name="Release">Returns the buffer to its pool; safe to call from any thread.</param>
public sealed record OfferMasked(UploadHeader Header, ReadOnlyMemory<byte> Packed, Action Release);
