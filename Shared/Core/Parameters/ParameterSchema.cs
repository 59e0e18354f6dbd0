using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Federated.Core.Parameters;

/// <summary>One tensor of a model: its name, its shape (empty for a scalar) and whether training changes it by gradients.</summary>
/// <param name="Name">Unique within the schema, for example <c>1.weight</c>; no control characters.</param>
/// <param name="Shape">Sizes, outermost first, each at least 1; values are stored row-major.</param>
/// <param name="Trainable">False for running statistics such as batch norm's mean.</param>
public sealed record TensorSpec(string Name, ImmutableArray<int> Shape, bool Trainable = true)
{
    /// <summary>Number of float32 values.</summary>
    public int Count => Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <inheritdoc/>
    public bool Equals(TensorSpec? other) =>
        other is not null && Name == other.Name && Trainable == other.Trainable && Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Trainable, Shape.Length);
}

/// <summary>Names, shapes and order of a model's tensors. Parameters are one flat vector of float32 under a schema, shape [P].</summary>
public sealed class ParameterSchema : IEquatable<ParameterSchema>
{
    /// <summary>Makes a schema.</summary>
    /// <exception cref="ArgumentException">No tensor, a name twice or unusable, or a size below 1.</exception>
    /// <exception cref="OverflowException">More than <see cref="int.MaxValue"/> values.</exception>
    public ParameterSchema(ImmutableArray<TensorSpec> tensors)
    {
        if (tensors.IsDefaultOrEmpty) throw new ArgumentException("A schema needs at least one tensor.", nameof(tensors));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (tensor.Name.Length == 0 || tensor.Name.Any(char.IsControl))
                throw new ArgumentException("A tensor's name is empty or has a control character.", nameof(tensors));
            if (!names.Add(tensor.Name)) throw new ArgumentException($"Two tensors are called '{tensor.Name}'.", nameof(tensors));
            if (tensor.Shape.IsDefault || tensor.Shape.Any(size => size < 1))
                throw new ArgumentException($"Tensor '{tensor.Name}' has a size below 1.", nameof(tensors));
        }
        Tensors = tensors;
        Count = tensors.Aggregate(0, (sum, tensor) => checked(sum + tensor.Count));
        Hash = HashOf(tensors);
    }

    /// <summary>The tensors in the order of the flat vector.</summary>
    public ImmutableArray<TensorSpec> Tensors { get; }

    /// <summary>P, the number of float32 values over all tensors.</summary>
    public int Count { get; }

    /// <summary>SHA-256 of the canonical text (a line "name|2x3|trainable" a tensor, UTF-8, LF), lower-case hex.</summary>
    public string Hash { get; }

    /// <inheritdoc/>
    public bool Equals(ParameterSchema? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParameterSchema);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    private static string HashOf(ImmutableArray<TensorSpec> tensors)
    {
        var text = new StringBuilder();
        foreach (var tensor in tensors)
            text.Append(tensor.Name).Append('|').AppendJoin('x', tensor.Shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))
                .Append('|').Append(tensor.Trainable ? "trainable" : "statistic").Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
