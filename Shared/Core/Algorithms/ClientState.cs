using System.Collections.Immutable;

namespace Federated.Core.Algorithms;

/// <summary>What a client keeps from round to round beside its data: named float32 vectors (control variates, personal weights, residuals). It never
/// leaves the worker. Immutable by contract: whoever made a vector does not write to it again.</summary>
public sealed class ClientState
{
    /// <summary>Most characters of a vector's name.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Most vectors of a state.</summary>
    public const int MaxVectors = 256;

    /// <summary>Nothing is kept: before a client's first round, and always for algorithms without client state.</summary>
    public static readonly ClientState Empty = new(ImmutableSortedDictionary.Create<string, ReadOnlyMemory<float>>(StringComparer.Ordinal));

    private ClientState(ImmutableSortedDictionary<string, ReadOnlyMemory<float>> vectors) => Vectors = vectors;

    /// <summary>The vectors by name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<float>> Vectors { get; }

    /// <summary>The state with one vector set; takes ownership of <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">The name breaks <see cref="CheckName"/>, or there are too many vectors.</exception>
    public ClientState With(string name, ReadOnlyMemory<float> values)
    {
        if (CheckName(name) is { } wrong) throw new ArgumentException($"The name of a client's vector {wrong}.", nameof(name));
        var vectors = Vectors.SetItem(name, values);
        return vectors.Count <= MaxVectors
            ? new(vectors)
            : throw new ArgumentException($"A client's state has at most {MaxVectors} vectors.", nameof(name));
    }

    /// <summary>What is wrong with the name of a vector, as the end of a sentence; null when it has 1 to 64 characters of a-z, 0-9, '.', '_' and
    /// '-'.</summary>
    public static string? CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength) return $"has {name.Length} characters; 1 to {MaxNameLength} are allowed";
        return name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-')
            ? null
            : "has other characters than a-z, 0-9, '.', '_' and '-'";
    }
}
