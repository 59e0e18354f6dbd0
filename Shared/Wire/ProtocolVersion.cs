namespace Federated.Wire;

/// <summary>The version of what Protos/ and docs/wire.md describe.</summary>
public static class ProtocolVersion
{
    /// <summary>What this build speaks. A worker and its coordinator must have the same.</summary>
    public const uint Current = 1;
}
