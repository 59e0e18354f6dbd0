using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>Maximum over square windows.</summary>
internal sealed class MaxPool(int size, int stride) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.max_pool2d(input, size, stride);
}

/// <summary>Mean over square windows.</summary>
internal sealed class AveragePool(int size, int stride) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => F.avg_pool2d(input, size, stride);
}

/// <summary>Maximum over each channel.</summary>
internal sealed class GlobalMaxPool : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => input.amax([2, 3]);
}

/// <summary>Mean over each channel.</summary>
internal sealed class GlobalAveragePool : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => input.mean([2, 3]);
}

/// <summary>All but the batch dimension into one, row-major.</summary>
internal sealed class Flatten : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass) => input.flatten(1);
}
