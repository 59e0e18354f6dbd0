using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Parameters;

/// <summary>What reading a safetensors file gave.</summary>
/// <param name="Parameters">Null when there is an error.</param>
/// <param name="Error">One sentence; null when there are parameters.</param>
public sealed record SafetensorsRead(ParameterVector? Parameters, string? Error)
{
    /// <summary>True when the parameters can be used.</summary>
    [MemberNotNullWhen(true, nameof(Parameters))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Parameters is not null;
}
