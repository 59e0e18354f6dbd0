using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>Adds a vector for each position, trained or of sines and cosines.</summary>
/// <param name="steps">T.</param>
/// <param name="features">Features.</param>
/// <param name="scaled">Whether the input is first multiplied by √features.</param>
/// <param name="weight">Trained vectors, shape [T, features]; null for sines and cosines.</param>
internal sealed class PositionalEncoding(int steps, int features, bool scaled, Tensor? weight) : ILayer
{
    private readonly float[] _waves = weight is null ? Waves(steps, features) : [];

    public Tensor Forward(Tensor input, ForwardPass pass) => At(input, 0);

    /// <summary>Encodes a part of a sequence.</summary>
    /// <param name="input">Shape [batch, steps, features].</param>
    /// <param name="first">Position of its first step.</param>
    public Tensor At(Tensor input, int first)
    {
        var length = (int)input.shape[1];
        using var waves = weight is null ? tensor(_waves.AsSpan(first * features, length * features).ToArray(), length, features, device: input.device) : null;
        return (scaled ? input * Math.Sqrt(features) : input) + (waves ?? weight!.narrow(0, first, length));
    }

    /// <summary>PE(position, 2i) = sin(position / 10000^(2i / features)), PE(position, 2i + 1) = cos of the same (Vaswani et al. 2017, section 3.5).</summary>
    internal static float[] Waves(int steps, int features)
    {
        var waves = new float[steps * features];
        for (var position = 0; position < steps; position++)
            for (var i = 0; i < features; i++)
            {
                var angle = position / Math.Pow(10_000, (i - i % 2) / (double)features);
                waves[position * features + i] = (float)(i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        return waves;
    }
}
