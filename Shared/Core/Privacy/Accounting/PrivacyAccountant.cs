namespace Federated.Core.Privacy.Accounting;

/// <summary>Reckons what a ledger's releases reveal together. Pure and deterministic; every number is an upper bound, up to rounding in float64.</summary>
public static class PrivacyAccountant
{
    /// <summary>The smallest epsilon that can be shown for a delta. Refused: events of different adjacency, and what the accountant cannot take.</summary>
    /// <param name="ledger">What was released.</param>
    /// <param name="delta">δ, above 0 and below 1; far below 1 / (number of units) to mean anything.</param>
    /// <param name="kind">How to reckon.</param>
    /// <exception cref="ArgumentOutOfRangeException">Delta is not between 0 and 1: at 1 nothing would be claimed.</exception>
    public static PrivacyClaim Epsilon(PrivacyLedger ledger, double delta, AccountantKind kind) => throw new NotImplementedException();

    /// <summary>The smallest delta that can be shown for an epsilon.</summary>
    /// <param name="ledger">What was released.</param>
    /// <param name="epsilon">ε, at least 0, finite.</param>
    /// <param name="kind">How to reckon.</param>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static PrivacyClaim Delta(PrivacyLedger ledger, double epsilon, AccountantKind kind) => throw new NotImplementedException();
}
