using Federated.Core.Privacy.Accounting.LossDistributions;
using Federated.Core.Privacy.Accounting.Renyi;

namespace Federated.Core.Privacy.Accounting;

/// <summary>Reckons what a ledger's releases reveal together. Pure and deterministic; every number is an upper bound, up to rounding in float64.</summary>
public static class PrivacyAccountant
{
    /// <summary>The smallest epsilon that can be shown for a delta. Refused: events of different adjacency, and what the accountant cannot take.</summary>
    /// <param name="ledger">What was released.</param>
    /// <param name="delta">δ, above 0 and below 1; far below 1 / (number of units) to mean anything. Loss distributions take at least 1e-12.</param>
    /// <param name="kind">How to reckon.</param>
    /// <exception cref="ArgumentOutOfRangeException">Delta is not between 0 and 1: at 1 nothing would be claimed.</exception>
    public static PrivacyClaim Epsilon(PrivacyLedger ledger, double delta, AccountantKind kind)
    {
        if (delta is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(delta), delta, "Delta must be above 0 and below 1.");
        if (Refusal(ledger, delta, kind) is { } refusal) return new(null, refusal);
        if (kind == AccountantKind.LossDistribution) return Claim(ledger, kind, LossAccountant.Epsilon(ledger, delta), delta);
        var (epsilon, order) = RenyiAccountant.Epsilon(RenyiAccountant.Orders, RenyiAccountant.Divergences(ledger, RenyiAccountant.Orders), delta);
        return Claim(ledger, kind, epsilon, delta, order);
    }

    /// <summary>The smallest delta that can be shown for an epsilon; a delta of 1, which promises nothing, is a guarantee of infinite epsilon and delta 0.</summary>
    /// <param name="ledger">What was released.</param>
    /// <param name="epsilon">ε, at least 0, finite.</param>
    /// <param name="kind">How to reckon.</param>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static PrivacyClaim Delta(PrivacyLedger ledger, double epsilon, AccountantKind kind)
    {
        if (!double.IsFinite(epsilon) || epsilon < 0) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be at least 0 and finite.");
        if (Refusal(ledger, kind) is { } refusal) return new(null, refusal);
        var (delta, order) = kind == AccountantKind.LossDistribution
            ? (LossAccountant.Delta(ledger, epsilon), null)
            : RenyiAccountant.Delta(RenyiAccountant.Orders, RenyiAccountant.Divergences(ledger, RenyiAccountant.Orders), epsilon);
        return delta < 1 ? Claim(ledger, kind, epsilon, delta, order) : Claim(ledger, kind, double.PositiveInfinity, 0);
    }

    /// <summary>Why no epsilon is given of a ledger and a delta, as <see cref="Epsilon"/> says it; null where one is.</summary>
    internal static string? Refusal(PrivacyLedger ledger, double delta, AccountantKind kind) => Refusal(ledger, kind) ?? (kind == AccountantKind.LossDistribution && delta < ComposedLoss.LeastDelta
        ? $"Loss distributions are rounded to float64 and say nothing of a delta below {ComposedLoss.LeastDelta:0e+0}, which {delta:0.##e+0} is: use the renyi accountant." : null);

    private static string? Refusal(PrivacyLedger ledger, AccountantKind kind) =>
        ledger.Entries.Select(entry => entry.Event.Adjacency).Distinct().Count() > 1
            ? "Events under add-or-remove-one cannot be added to events under replace-one: their neighbours differ. Reckon both under one adjacency."
            : kind switch
            {
                AccountantKind.Renyi => null,
                AccountantKind.LossDistribution => LossAccountant.Refusal(ledger),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown accountant."),
            };

    private static PrivacyClaim Claim(PrivacyLedger ledger, AccountantKind kind, double epsilon, double delta, double? order = null) =>
        new(new(epsilon, delta, ledger.Entries.IsEmpty ? Adjacency.AddOrRemoveOne : ledger.Entries[0].Event.Adjacency, kind) { Order = order }, null);
}
