namespace Federated.Core.Privacy.Accounting;

/// <summary>(ε, δ)-differential privacy of everything in a ledger together.</summary>
/// <param name="Epsilon">ε, at least 0; positive infinity where nothing is promised (an event without noise).</param>
/// <param name="Delta">δ, in [0, 1).</param>
/// <param name="Adjacency">The neighbours it speaks of; <see cref="Adjacency.AddOrRemoveOne"/> for an empty ledger, where it makes no difference.</param>
/// <param name="Accountant">How it was reckoned.</param>
public sealed record Guarantee(double Epsilon, double Delta, Adjacency Adjacency, AccountantKind Accountant)
{
    /// <value>The Renyi order that gave the number; null with another accountant, and where epsilon is infinite or 0.</value>
    public double? Order { get; init; }
}
