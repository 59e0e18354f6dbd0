using System.Collections.Immutable;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>A model's schema between its wire form and <see cref="ParameterSchema"/>.</summary>
public static class SchemaMapping
{
    /// <summary>Most tensors of a schema.</summary>
    public const int MaxTensors = 65_536;

    /// <summary>Most dimensions of a tensor.</summary>
    public const int MaxRank = 16;

    /// <summary>Most characters of a tensor's name.</summary>
    public const int MaxNameLength = 512;

    /// <summary>The wire form, tensors in order.</summary>
    public static IEnumerable<Tensor> ToProto(this ParameterSchema schema) =>
        schema.Tensors.Select(tensor =>
            new Tensor { Name = tensor.Name, Trainable = tensor.Trainable, Shape = { tensor.Shape.Select(size => (uint)size) } });

    /// <summary>Reads what a peer sent.</summary>
    /// <param name="tensors">The wire form.</param>
    /// <param name="maxValues">Most values over all tensors that the receiver accepts.</param>
    /// <param name="schema">The schema when nothing is wrong.</param>
    /// <returns>Null when the schema can be used; else a sentence that says why not.</returns>
    public static string? Read(IReadOnlyList<Tensor> tensors, long maxValues, out ParameterSchema? schema)
    {
        schema = null;
        maxValues = Math.Min(maxValues, Array.MaxLength);
        if (tensors.Count is 0 or > MaxTensors) return $"A schema has 1 to {MaxTensors} tensors, not {tensors.Count}.";
        var names = new HashSet<string>(StringComparer.Ordinal);
        var specs = ImmutableArray.CreateBuilder<TensorSpec>(tensors.Count);
        long total = 0;
        foreach (var tensor in tensors)
        {
            if (tensor.Name.Length is 0 or > MaxNameLength || tensor.Name.Any(char.IsControl))
                return $"The name of tensor {specs.Count} is empty, longer than {MaxNameLength} characters or has a control character.";
            if (!names.Add(tensor.Name)) return $"Two tensors are called '{tensor.Name}'.";
            if (tensor.Shape.Count > MaxRank) return $"Tensor '{tensor.Name}' has {tensor.Shape.Count} dimensions; at most {MaxRank} are allowed.";
            if (!TryCount(tensor.Shape, maxValues - total, out var count))
                return $"Tensor '{tensor.Name}' has a size of 0, or the schema has more than the allowed {maxValues} values.";
            total += count;
            specs.Add(new TensorSpec(tensor.Name, [.. tensor.Shape.Select(size => (int)size)], tensor.Trainable));
        }
        schema = new ParameterSchema(specs.MoveToImmutable());
        return null;
    }

    private static bool TryCount(IEnumerable<uint> shape, long left, out long count)
    {
        count = 1;
        // count is below 2^31 before each product and a size is below 2^32: the product does not wrap.
        foreach (var size in shape)
            if (size == 0 || (count *= size) > left) return false;
        return count <= left;
    }
}
