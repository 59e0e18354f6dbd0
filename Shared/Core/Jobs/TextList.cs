using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs;

/// <summary>A list of texts as the value of a key. Two lists with equal texts in the same order are equal, which an immutable array would not be.</summary>
[CollectionBuilder(typeof(TextList), nameof(Create))]
public sealed class TextList(ImmutableArray<string> values) : IEquatable<TextList>
{
    /// <summary>The texts in order.</summary>
    public ImmutableArray<string> Values { get; } = values;

    /// <summary>A list of these texts.</summary>
    public static TextList Create(ReadOnlySpan<string> values) => new([.. values]);

    /// <summary>The texts in order.</summary>
    public ImmutableArray<string>.Enumerator GetEnumerator() => Values.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(TextList? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextList);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in Values) hash.Add(value, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>As in a job file: different lists give different texts.</summary>
    public override string ToString() => ValueText.Of(this);
}
