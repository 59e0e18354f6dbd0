using Federated.Core.Parameters;

namespace Federated.Core.Models;

/// <summary>Where a model keeps mean and variance of its input: the tensors of the layer normalize, which is the first of its model. They are set once, out of the
/// moments of all clients, before the first round, and no round moves them.</summary>
/// <param name="Mean">Offset of the means in the flat vector; the variances follow.</param>
/// <param name="Features">Number of each.</param>
public sealed record Standardisation(int Mean, int Features)
{
    private const string MeanName = "1.mean", VarianceName = "1.variance";

    /// <summary>Whether a tensor is one of the two.</summary>
    public static bool Has(TensorSpec tensor) => tensor is { Trainable: false, Name: MeanName or VarianceName };

    /// <summary>Finds them in a model's schema.</summary>
    /// <returns>null where the model has none.</returns>
    public static Standardisation? Of(ParameterSchema schema) =>
        schema.Tensors is [{ Trainable: false, Name: MeanName, Shape: [var features] }, { Trainable: false, Name: VarianceName } variance, ..] && variance.Count == features
            ? new(0, features) : null;

    /// <summary>Parameters with mean and variance out of moments. A feature without any value, or that is a flag, keeps what it had: 0 and 1.</summary>
    /// <param name="parameters">Of a schema that has them.</param>
    /// <param name="moments">Of all clients.</param>
    /// <exception cref="ArgumentException">Another number of features, or a mean or variance that float32 cannot hold.</exception>
    public ParameterVector Fill(ParameterVector parameters, FeatureMoments moments)
    {
        if (moments.Features != Features) throw new ArgumentException($"The model has {Features} features, and the moments are of {moments.Features}.", nameof(moments));
        var values = parameters.Values.ToArray();
        for (var i = 0; i < Features; i++)
        {
            if (moments.Counts[i] == 0) continue;
            var (mean, variance) = ((float)moments.Mean(i), (float)moments.Variance(i));
            if (!float.IsFinite(mean) || !float.IsFinite(variance))
                throw new ArgumentException($"The values of feature {i} (counted from 0) are too large to be standardised: divide them by a power of ten.", nameof(moments));
            (values[Mean + i], values[Mean + Features + i]) = (mean, variance);
        }
        return new ParameterVector(parameters.Schema, values);
    }
}
