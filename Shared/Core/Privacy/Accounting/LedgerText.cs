using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Privacy.Accounting;

/// <summary>Ledgers as JSON, for journals, files and the wire. One object an entry: <c>{"event":"poisson","count":200,"rate":0.01,"noise":1.1}</c>. Numbers
/// come back to the bit. Reading treats the text as hostile.</summary>
public static class LedgerText
{
    /// <summary>The text of a ledger, on one line.</summary>
    public static string Write(PrivacyLedger ledger) => throw new NotImplementedException();

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static LedgerRead Read(string text) => throw new NotImplementedException();
}

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
