using System.Numerics.Tensors;
using Federated.Core.Randomness;

namespace Federated.Engine.Augmentation;

/// <summary>Changes to one example of numbers, in place: jittering and scaling of Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's
/// Disease Monitoring using Convolutional Neural Networks", ICMI 2017, arXiv:1706.00527, section 3.</summary>
internal static class NumberChanges
{
    /// <summary>Adds Gaussian noise to every value.</summary>
    public static void AddNoise(Span<float> example, double deviation, RandomStream draws)
    {
        foreach (ref var value in example) value += (float)(deviation * draws.NextGaussian());
    }

    /// <summary>Multiplies every feature by a number of its own, Gaussian around 1.</summary>
    /// <param name="example">A series, row-major [T, features].</param>
    /// <param name="factors">Scratch, shape [features].</param>
    /// <param name="deviation">Standard deviation of the numbers.</param>
    /// <param name="draws">Where they come from.</param>
    public static void Scale(Span<float> example, Span<float> factors, double deviation, RandomStream draws)
    {
        foreach (ref var factor in factors) factor = (float)(1 + deviation * draws.NextGaussian());
        for (var start = 0; start < example.Length; start += factors.Length)
        {
            var row = example.Slice(start, factors.Length);
            TensorPrimitives.Multiply(row, factors, row);
        }
    }
}
