using Federated.V1;
using Google.Protobuf;

namespace Federated.Wire.Mapping;

/// <summary>The tickets by which a coordinator knows who answers a task.</summary>
public static class Tickets
{
    /// <summary>Length in bytes: nobody guesses one of 2^128.</summary>
    public const int Length = 16;

    /// <summary>Null when it can be a ticket; else why not. Whether it is the right one, the task's owner knows.</summary>
    public static UploadRefusal? Check(ByteString ticket) =>
        ticket.Length <= Length ? null : new(Refusal.Malformed, $"A ticket has at most {Length} bytes, and this one {ticket.Length}.");
}
