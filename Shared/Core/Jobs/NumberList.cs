using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Federated.Core.Jobs;

/// <summary>A list of numbers as the value of a key. Two lists with equal numbers in the same order are equal, which an immutable array would not be.</summary>
[CollectionBuilder(typeof(NumberList), nameof(Create))]
public sealed class NumberList(ImmutableArray<double> values) : IEquatable<NumberList>
{
    /// <summary>The numbers in order.</summary>
    public ImmutableArray<double> Values { get; } = values;

    /// <summary>A list of these numbers.</summary>
    public static NumberList Create(ReadOnlySpan<double> values) => new([.. values]);

    /// <summary>The numbers in order.</summary>
    public ImmutableArray<double>.Enumerator GetEnumerator() => Values.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(NumberList? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NumberList);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in Values) hash.Add(value);
        return hash.ToHashCode();
    }
}
