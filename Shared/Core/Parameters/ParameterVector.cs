namespace Federated.Core.Parameters;

/// <summary>A model's parameters at one moment: a schema, values of shape [P] under it, and the values' content hash. Immutable by contract:
/// whoever made the array does not write to it again.</summary>
public sealed class ParameterVector
{
    /// <summary>Takes ownership of <paramref name="values"/>.</summary>
    /// <exception cref="ArgumentException">The length is not the schema's count.</exception>
    public ParameterVector(ParameterSchema schema, float[] values)
    {
        if (values.Length != schema.Count) throw new ArgumentException($"The schema has {schema.Count} values, got {values.Length}.", nameof(values));
        (Schema, Values, Hash) = (schema, values, ParameterHash.Of(values));
    }

    /// <summary>Names and shapes.</summary>
    public ParameterSchema Schema { get; }

    /// <summary>The values, shape [P].</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary><see cref="ParameterHash.Of"/> of the values.</summary>
    public string Hash { get; }
}
