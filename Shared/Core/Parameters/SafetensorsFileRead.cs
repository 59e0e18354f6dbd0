using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Parameters;

/// <summary>What reading a safetensors file with slots gave.</summary>
/// <param name="File">Null when there is an error.</param>
/// <param name="Error">One sentence; null when there is a file.</param>
public sealed record SafetensorsFileRead(SafetensorsFile? File, string? Error)
{
    /// <summary>True when the content can be used.</summary>
    [MemberNotNullWhen(true, nameof(File))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => File is not null;
}
