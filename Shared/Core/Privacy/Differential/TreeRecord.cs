using System.Collections.Immutable;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Differential;

/// <summary>Where a run stands in its latest tree, and who has had a turn in it. Immutable.</summary>
/// <param name="Leaves">Rounds below the tree, at least 1.</param>
/// <param name="Done">Committed ones of these, at least 1.</param>
/// <param name="Asked">Clients that these asked, whether they delivered or not: who takes part when follows from names and turns alone, and from nobody's failures.</param>
public sealed record TreeRecord(long Leaves, long Done, ImmutableSortedSet<string> Asked)
{
    private static readonly ImmutableSortedSet<string> Nobody = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <value>Whether the next round is below this tree too.</value>
    public bool IsOpen => Done < Leaves;

    /// <summary>The record after a committed round; null where no tree has begun.</summary>
    /// <param name="before">Null where no tree is open.</param>
    /// <param name="released">What the round gave away: a <see cref="TreeEvent"/> where a tree begins with it.</param>
    /// <param name="asked">Whom it asked.</param>
    /// <exception cref="InvalidOperationException">The round is below no tree, or a client has a second turn in one.</exception>
    internal static TreeRecord? After(TreeRecord? before, PrivacyLedger released, ImmutableArray<string> asked)
    {
        if (released.Entries.Select(entry => entry.Event).OfType<TreeEvent>().FirstOrDefault() is { } begun) return new(begun.Leaves, 1, Nobody.Union(asked));
        if (before is null) return null;
        if (!before.IsOpen) throw new InvalidOperationException($"A tree of {before.Leaves} rounds has no room for another one.");
        if (asked.FirstOrDefault(before.Asked.Contains) is { } again) throw new InvalidOperationException($"Client '{again}' has had its turn in this tree.");
        return before with { Done = before.Done + 1, Asked = before.Asked.Union(asked) };
    }
}
