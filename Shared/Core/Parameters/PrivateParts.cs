using System.Collections.Immutable;

namespace Federated.Core.Parameters;

/// <summary>A model's tensors in two parts: shared ones, which updates are of, and private ones, whose values stay with each client. Immutable.</summary>
/// <param name="model">The model's tensors, shape [P].</param>
/// <param name="isPrivate">Whether a tensor is private.</param>
public sealed class PrivateParts(ParameterSchema model, Func<TensorSpec, bool> isPrivate)
{
    /// <summary>By tensor, in the order of the model.</summary>
    public ImmutableArray<bool> IsPrivate { get; } = [.. model.Tensors.Select(isPrivate)];

    /// <summary>Whether training moves any of the shared tensors.</summary>
    public bool SharesWeights => model.Tensors.Zip(IsPrivate).Any(tensor => tensor.First.Trainable && !tensor.Second);

    /// <summary>Whether any tensor is private.</summary>
    public bool HasPrivate => IsPrivate.Contains(true);

    /// <summary>The shared tensors, shape [U].</summary>
    /// <exception cref="ArgumentException">All are private.</exception>
    public ParameterSchema SharedSchema() => new([.. model.Tensors.Zip(IsPrivate).Where(tensor => !tensor.Second).Select(tensor => tensor.First)]);

    /// <summary>Takes the private values out of a model.</summary>
    /// <param name="values">Shape [P].</param>
    /// <returns>Shape [P - U].</returns>
    public float[] Private(ReadOnlySpan<float> values) => Part(values, isPrivate: true);

    /// <summary>Takes the shared values out of a model.</summary>
    /// <param name="values">Shape [P].</param>
    /// <returns>Shape [U].</returns>
    public float[] Shared(ReadOnlySpan<float> values) => Part(values, isPrivate: false);

    /// <summary>Puts private values in the place of a model's.</summary>
    /// <param name="own">Shape [P - U].</param>
    /// <param name="values">Shape [P]; the shared ones stay.</param>
    /// <exception cref="ArgumentException">A length is another.</exception>
    public void PlacePrivate(ReadOnlySpan<float> own, Span<float> values) => Place(own, values, isPrivate: true);

    /// <summary>Puts shared values in the place of a model's.</summary>
    /// <param name="shared">Shape [U].</param>
    /// <param name="values">Shape [P]; the private ones stay.</param>
    /// <exception cref="ArgumentException">A length is another.</exception>
    public void PlaceShared(ReadOnlySpan<float> shared, Span<float> values) => Place(shared, values, isPrivate: false);

    private float[] Part(ReadOnlySpan<float> values, bool isPrivate)
    {
        Check(values.Length, model.Count);
        var (part, offset, next) = (new float[Count(isPrivate)], 0, 0);
        foreach (var (index, tensor) in model.Tensors.Index())
        {
            if (IsPrivate[index] == isPrivate)
            {
                values.Slice(offset, tensor.Count).CopyTo(part.AsSpan(next));
                next += tensor.Count;
            }
            offset += tensor.Count;
        }
        return part;
    }

    private void Place(ReadOnlySpan<float> part, Span<float> values, bool isPrivate)
    {
        Check(values.Length, model.Count);
        Check(part.Length, Count(isPrivate));
        var offset = 0;
        foreach (var (index, tensor) in model.Tensors.Index())
        {
            if (IsPrivate[index] == isPrivate)
            {
                part[..tensor.Count].CopyTo(values[offset..]);
                part = part[tensor.Count..];
            }
            offset += tensor.Count;
        }
    }

    private int Count(bool isPrivate) => model.Tensors.Index().Sum(tensor => IsPrivate[tensor.Index] == isPrivate ? tensor.Item.Count : 0);

    private static void Check(int length, int expected)
    {
        if (length != expected) throw new ArgumentException($"Expected {expected} values, got {length}.");
    }
}
