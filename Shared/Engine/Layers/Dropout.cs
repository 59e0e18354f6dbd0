using Federated.Core.Randomness;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>Inverted dropout that draws from the client's own stream: libtorch's draws from one generator for the whole process, so that trainers side by
/// side would change each other's masks.</summary>
internal sealed class Dropout(double rate) : ILayer
{
    private readonly float _scale = (float)(1 / (1 - rate));
    private readonly uint _threshold = (uint)Math.Min(uint.MaxValue, Math.Round(rate * (1L << 32)));   // a draw of 32 bits below it drops

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        if (pass.Draws is not { } draws || rate == 0) return input;
        using var mask = empty(input.shape, float32);
        Fill(mask.Floats(), draws);
        using var moved = mask.to(input.device);
        return input.mul(moved);
    }

    private void Fill(Span<float> mask, RandomStream draws)
    {
        for (var i = 0; i + 1 < mask.Length; i += 2)
        {
            var bits = draws.NextUInt64();
            mask[i] = (uint)bits < _threshold ? 0 : _scale;
            mask[i + 1] = (uint)(bits >> 32) < _threshold ? 0 : _scale;
        }
        if (mask.Length % 2 == 1) mask[^1] = (uint)draws.NextUInt64() < _threshold ? 0 : _scale;
    }
}
