using System.Collections.Immutable;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Accounting;

/// <summary>Everything noised that has been released about the same units: the state of an accountant. It goes on over rounds, restarts, and several runs on
/// the same clients, since losses compose whatever their order and however later ones were chosen. Immutable; equal where events and counts are.</summary>
public sealed class PrivacyLedger : IEquatable<PrivacyLedger>
{
    /// <summary>Nothing was released.</summary>
    public static readonly PrivacyLedger Empty = new([]);

    private PrivacyLedger(ImmutableArray<LedgerEntry> entries) => Entries = entries;

    /// <value>One entry an event, in the order in which the events first happened.</value>
    public ImmutableArray<LedgerEntry> Entries { get; }

    /// <summary>A ledger with some more releases.</summary>
    /// <param name="event">What was released.</param>
    /// <param name="count">How often, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or the event's total exceeds 2^53.</exception>
    public PrivacyLedger Add(PrivacyEvent @event, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) return this;
        var at = 0;
        while (at < Entries.Length && Entries[at].Event != @event) at++;
        var before = at < Entries.Length ? Entries[at].Count : 0;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount - before);
        var entry = new LedgerEntry(@event, before + count);
        return new(at < Entries.Length ? Entries.SetItem(at, entry) : Entries.Add(entry));
    }

    /// <summary>This ledger's releases and another one's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An event's total exceeds 2^53.</exception>
    public PrivacyLedger Join(PrivacyLedger other) => other.Entries.Aggregate(this, (sum, entry) => sum.Add(entry.Event, entry.Count));

    /// <summary>Most releases of one event: 2^53.</summary>
    internal const long MaxCount = 1L << 53;

    /// <inheritdoc/>
    public bool Equals(PrivacyLedger? other) => other is not null && Entries.SequenceEqual(other.Entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PrivacyLedger);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var entry in Entries) hash.Add(entry);
        return hash.ToHashCode();
    }
}
