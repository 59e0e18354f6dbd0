using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Privacy.Accounting;

/// <summary>What an accountant can say of a ledger: a guarantee, or why none can be claimed.</summary>
/// <param name="Guarantee">Null when there is a refusal.</param>
/// <param name="Refusal">One sentence; null when there is a guarantee.</param>
public sealed record PrivacyClaim(Guarantee? Guarantee, string? Refusal)
{
    /// <summary>True when there is a guarantee, if only one of infinite epsilon.</summary>
    [MemberNotNullWhen(true, nameof(Guarantee))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Ok => Guarantee is not null;
}
