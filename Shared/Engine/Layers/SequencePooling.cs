using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>Maximum over windows of steps of [batch, T, features].</summary>
internal sealed class MaxPool1d(int size, int stride) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        using var channels = input.transpose(1, 2);
        using var result = F.max_pool1d(channels, size, stride);
        return result.transpose(1, 2);
    }
}

/// <summary>Mean over windows of steps.</summary>
internal sealed class AveragePool1d(int size, int stride) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        using var channels = input.transpose(1, 2);
        using var result = F.avg_pool1d(channels, size, stride);
        return result.transpose(1, 2);
    }
}

/// <summary>Maximum of each feature over the steps that count.</summary>
internal sealed class GlobalMaxPool1d : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        if (CountingSteps.Of(input, pass) is not { } counts) return input.amax([1]);
        using var left = input.masked_fill(counts.logical_not(), float.NegativeInfinity);
        return left.amax([1]);
    }
}

/// <summary>Mean of each feature over the steps that count.</summary>
internal sealed class GlobalAveragePool1d : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        if (CountingSteps.Of(input, pass) is not { } counts) return input.mean([1]);
        using var weights = counts.to_type(ScalarType.Float32);
        using var sum = (input * weights).sum(1);
        return sum / weights.sum(1);
    }
}

/// <summary>Which steps of a sequence are not padding.</summary>
internal static class CountingSteps
{
    /// <summary>true where a step counts, shape [batch, T, 1]; null where all do: for numbers, and once a layer has changed the number of steps. A text of
    /// padding alone counts all its steps, for a mean over none is not defined.</summary>
    public static Tensor? Of(Tensor sequence, ForwardPass pass)
    {
        if (pass.Symbols is not { } symbols || symbols.shape[1] != sequence.shape[1]) return null;
        var counts = symbols != 0;
        return counts.logical_or(counts.any(1, keepdim: true).logical_not()).unsqueeze(-1);
    }
}
