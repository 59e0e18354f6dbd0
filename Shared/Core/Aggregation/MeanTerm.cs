namespace Federated.Core.Aggregation;

/// <summary>A vector to be added to a mean.</summary>
/// <param name="Values">Shape [P].</param>
/// <param name="Weight">Above 0; the client's number of examples as a rule.</param>
/// <param name="Factor">What the values are multiplied by first, above 0 and at most 1.</param>
public readonly record struct MeanTerm(ReadOnlyMemory<float> Values, double Weight, double Factor = 1)
{
    internal double Scale => Weight * Factor;

    internal void Check(int length)
    {
        if (Values.Length != length) throw new ArgumentException($"Expected {length} values, got {Values.Length}.", nameof(length));
        if (!(Weight > 0)) throw new ArgumentOutOfRangeException(nameof(Weight), Weight, "A weight is above 0.");
    }
}
