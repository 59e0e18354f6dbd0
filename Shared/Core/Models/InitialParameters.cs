using Federated.Core.Parameters;
using Federated.Core.Randomness;

namespace Federated.Core.Models;

/// <summary>A run's first parameters. Dense and convolutional weights are drawn by their layer's <see cref="Initializer"/>; where none is given that is Glorot
/// uniform (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010, equation 16), as in Keras. Recurrent layers: <see cref="RecurrentStart"/>. Biases and means are 0; normalisation weights and variances are 1.</summary>
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
        foreach (var (tensor, layer) in plan.Layers.SelectMany(Tensors))
        {
            Fill(values.AsSpan(offset, tensor.Count), tensor, layer, seed);
            offset += tensor.Count;
        }
        return new ParameterVector(plan.Schema, values);
    }

    private static IEnumerable<(TensorSpec Tensor, LayerSpec Layer)> Tensors(PlannedLayer planned)
    {
        var inner = planned.Inner.SelectMany(Tensors).ToArray();
        return inner.Concat(planned.Tensors.Skip(inner.Length).Select(tensor => (tensor, planned.Layer)));
    }

    private static Initializer InitializerOf(LayerSpec layer) => layer switch
    {
        DenseLayer dense => dense.Initializer,
        Conv2dLayer convolution => convolution.Initializer,
        Conv1dLayer convolution => convolution.Initializer,
        ResidualLayer residual => residual.Initializer,
        _ => Initializer.GlorotUniform,
    };

    private static double VarianceOf(LayerSpec layer) => layer switch
    {
        NeumfLayer neumf => neumf.Deviation * neumf.Deviation,
        TwoTowerLayer towers => towers.Deviation * towers.Deviation,
        _ => throw new ArgumentException($"{layer.GetType().Name} has no vectors.", nameof(layer)),
    };

    private static void Fill(Span<float> values, TensorSpec tensor, LayerSpec layer, ulong seed)
    {
        var kind = tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..];
        if ((kind == "weight" && tensor.Shape.Length > 1) || RecurrentStart.IsInput(kind)) Draw(values, tensor, InitializerOf(layer), Stream(tensor, seed));
        else if (RecurrentStart.IsState(kind)) RecurrentStart.Orthogonal(values, tensor, Stream(tensor, seed));
        else if (layer is RecurrentLayer recurrent && RecurrentStart.IsInputBias(kind)) RecurrentStart.FillBias(values, recurrent);
        else if (kind == "factors") Normal(values, VarianceOf(layer), Stream(tensor, seed));
        // Vectors of length 1 on average, since they are multiplied by the root of their size and give the scores as well.
        else if (kind == "embedding") Draw(values, tensor, Initializer.LecunNormal, Stream(tensor, seed));
        else values.Fill(kind is "weight" or "running_var" or "variance" ? 1 : 0);
    }

    private static RandomStream Stream(TensorSpec tensor, ulong seed) => new(SeedTree.Derive(seed, "initial:" + tensor.Name));

    private static void Draw(Span<float> values, TensorSpec tensor, Initializer initializer, RandomStream draws)
    {
        var positions = tensor.Shape.Skip(2).Aggregate(1.0, (product, size) => product * size);
        var (fanIn, fanOut) = (positions * tensor.Shape[1], positions * tensor.Shape[0]);
        switch (initializer)
        {
            case Initializer.GlorotUniform: Uniform(values, 6 / (fanIn + fanOut), draws); break;
            case Initializer.GlorotNormal: Normal(values, 2 / (fanIn + fanOut), draws); break;
            case Initializer.HeUniform: Uniform(values, 6 / fanIn, draws); break;
            case Initializer.HeNormal: Normal(values, 2 / fanIn, draws); break;
            case Initializer.LecunUniform: Uniform(values, 3 / fanIn, draws); break;
            case Initializer.LecunNormal: Normal(values, 1 / fanIn, draws); break;
            case Initializer.Zeros: values.Clear(); break;
            default: throw new ArgumentException($"{initializer} is not a known initializer.", nameof(initializer));
        }
    }

    private static void Uniform(Span<float> values, double squaredLimit, RandomStream draws)
    {
        var limit = Math.Sqrt(squaredLimit);
        foreach (ref var value in values) value = (float)(limit * (2 * draws.NextDouble() - 1));
    }

    private static void Normal(Span<float> values, double variance, RandomStream draws)
    {
        var deviation = Math.Sqrt(variance);
        foreach (ref var value in values) value = (float)(deviation * draws.NextGaussian());
    }
}
