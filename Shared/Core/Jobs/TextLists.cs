using System.Collections.Immutable;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs;

/// <summary>Lists of texts by name as the value of a key. Two are equal where they have equal lists under the same names in the same order.</summary>
/// <param name="lists">Each name once.</param>
public sealed class TextLists(ImmutableArray<(string Name, TextList List)> lists) : IEquatable<TextLists>
{
    /// <summary>No lists.</summary>
    public static readonly TextLists None = new([]);

    /// <summary>Names and lists in order.</summary>
    public ImmutableArray<(string Name, TextList List)> Lists { get; } = lists;

    /// <summary>The list of a name; null where there is none.</summary>
    public TextList? Find(string name) => Lists.FirstOrDefault(list => list.Name == name).List;

    /// <inheritdoc/>
    public bool Equals(TextLists? other) => other is not null && Lists.AsSpan().SequenceEqual(other.Lists.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextLists);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var list in Lists) hash.Add(list);
        return hash.ToHashCode();
    }

    /// <summary>As in a job file: different lists give different texts.</summary>
    public override string ToString() => ValueText.Of(this);
}
