using Federated.V1;

namespace Federated.Wire;

/// <summary>Why an upload or a report was not taken.</summary>
/// <param name="Reason">Never <see cref="Refusal.Unspecified"/>.</param>
/// <param name="Detail">One sentence for the peer's log.</param>
public sealed record UploadRefusal(Refusal Reason, string Detail)
{
    /// <summary>The reply to the peer.</summary>
    public Verdict ToVerdict() => new() { Refused = Reason, Detail = Detail };
}
