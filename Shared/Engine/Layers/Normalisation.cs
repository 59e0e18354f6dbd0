using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>Standardises the data. A missing value (NaN) becomes 0.</summary>
/// <param name="mean">Shape [features].</param>
/// <param name="variance">Shape [features]; 0 divides by 1.</param>
/// <param name="channels">True where the features are the channels of [batch, C, H, W]; else they are the last dimension.</param>
internal sealed class Normalize(Tensor mean, Tensor variance, bool channels) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        // Read anew in each pass: the tensors are views of parameters that are loaded many times.
        using var deviation = variance.masked_fill(variance == 0, 1).sqrt();
        var normal = (input - Shaped(mean)) / Shaped(deviation);
        return normal.masked_fill_(normal.isnan(), 0);
    }

    private Tensor Shaped(Tensor statistic) => channels ? statistic.view(-1, 1, 1) : statistic;
}

/// <summary>Batch normalisation of features or channels, over the batch and all positions or steps. A training pass normalises by the batch and moves the
/// running statistics in place; evaluation uses them.</summary>
internal sealed class BatchNorm(Tensor weight, Tensor bias, Tensor mean, Tensor variance, double momentum, double epsilon) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) =>
        ChannelsFirst.Apply(input, channels => F.batch_norm(channels, mean, variance, weight, bias, pass.IsTraining, momentum, epsilon));
}

/// <summary>Group normalisation over channels, and over the positions or steps of each example.</summary>
internal sealed class GroupNorm(Tensor weight, Tensor bias, int groups, double epsilon) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => ChannelsFirst.Apply(input, channels => F.group_norm(channels, groups, weight, bias, epsilon));
}

/// <summary>Layer normalisation over the features, of each step by itself in a sequence.</summary>
internal sealed class LayerNorm(Tensor weight, Tensor bias, double epsilon) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.layer_norm(input, [weight.shape[0]], weight, bias, epsilon);
}

/// <summary>Functions of libtorch that want the channels right after the batch, on sequences [batch, T, features] too.</summary>
internal static class ChannelsFirst
{
    public static Tensor Apply(Tensor input, Func<Tensor, Tensor> function)
    {
        if (input.dim() != 3) return function(input);
        using var channels = input.transpose(1, 2);
        using var result = function(channels);
        return result.transpose(1, 2);
    }
}
