using Federated.Core.Parameters;
using Federated.Core.Randomness;

namespace Federated.Core.Models;

/// <summary>A run's first parameters. Dense and convolutional weights are Glorot uniform (Glorot and Bengio, "Understanding the difficulty of training
/// deep feedforward neural networks", AISTATS 2010, equation 16), as in Keras: uniform in ±√(6 / (fan in + fan out)), where a fan counts the kernel's
/// positions. Biases and running means are 0; normalisation weights and running variances are 1.</summary>
public static class InitialParameters
{
    /// <summary>Draws them. Each tensor has a stream of its own, so the values depend on nothing but seed, name and shape, and are the same bits on
    /// every machine.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="seed">The job's seed.</param>
    public static ParameterVector Draw(ModelPlan plan, ulong seed)
    {
        var values = new float[plan.Schema.Count];
        var offset = 0;
        foreach (var tensor in plan.Layers.SelectMany(layer => layer.Tensors))
        {
            Fill(values.AsSpan(offset, tensor.Count), tensor, seed);
            offset += tensor.Count;
        }
        return new ParameterVector(plan.Schema, values);
    }

    private static void Fill(Span<float> values, TensorSpec tensor, ulong seed)
    {
        var kind = tensor.Name[(tensor.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        if (kind == "weight" && tensor.Shape.Length > 1) Glorot(values, tensor, new RandomStream(SeedTree.Derive(seed, "initial:" + tensor.Name)));
        else values.Fill(kind is "weight" or "running_var" ? 1 : 0);
    }

    private static void Glorot(Span<float> values, TensorSpec tensor, RandomStream draws)
    {
        var positions = tensor.Shape.Skip(2).Aggregate(1.0, (product, size) => product * size);
        var limit = Math.Sqrt(6 / (positions * ((double)tensor.Shape[0] + tensor.Shape[1])));
        foreach (ref var value in values) value = (float)(limit * (2 * draws.NextDouble() - 1));
    }
}
