using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Privacy.Accounting;

/// <summary>What reading a ledger gave.</summary>
/// <param name="Ledger">Null when there is an error.</param>
/// <param name="Error">One sentence; null when there is a ledger.</param>
public sealed record LedgerRead(PrivacyLedger? Ledger, string? Error)
{
    /// <summary>True when there is a ledger.</summary>
    [MemberNotNullWhen(true, nameof(Ledger))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Ledger is not null;
}
