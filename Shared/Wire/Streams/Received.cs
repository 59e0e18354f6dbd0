using System.Diagnostics.CodeAnalysis;

namespace Federated.Wire.Streams;

/// <summary>What came from a peer, or why it cannot be used.</summary>
/// <param name="Value">Null when there is an error.</param>
/// <param name="Error">One sentence; null when there is a value.</param>
public sealed record Received<T>(T? Value, string? Error) where T : class
{
    /// <summary>True when it can be used.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Value is not null;
}
