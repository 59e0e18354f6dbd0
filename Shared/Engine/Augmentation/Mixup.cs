using System.Numerics.Tensors;
using Federated.Core.Randomness;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Augmentation;

/// <summary>What a batch was mixed with: its loss is share * loss(own targets) + (1 - share) * loss(other targets).</summary>
/// <param name="Share">Part of each example's own features in the mixture, 0 to 1.</param>
/// <param name="Other">The batch with the targets of the examples that were mixed in.</param>
internal readonly record struct Mixed(double Share, Batch Other);

/// <summary>mixup. Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018, arXiv:1710.09412, section 2: λ from
/// Beta(α, α), features λ x_i + (1 - λ) x_j. As in the authors' code, one λ and one permutation i → j serve a whole batch, and the targets are mixed in the
/// loss, which for cross-entropy is the same as mixing one-hot targets. Not thread-safe.</summary>
/// <param name="alpha">Above 0.</param>
internal sealed class Mixup(double alpha)
{
    private float[] _before = [];

    /// <summary>Mixes a batch's features in place.</summary>
    /// <param name="values">The memory of the batch's input.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="draws">λ, then the permutation.</param>
    public Mixed Apply(Span<float> values, Batch batch, RandomStream draws)
    {
        Span<double> shares = stackalloc double[2];
        draws.NextDirichlet([alpha, alpha], shares);   // of two components: Beta(α, α) and its complement
        var partners = Enumerable.Range(0, batch.Count).Select(i => (long)i).ToArray();
        draws.Shuffle<long>(partners);

        if (_before.Length < values.Length) _before = new float[values.Length];
        values.CopyTo(_before);
        var width = values.Length / batch.Count;
        TensorPrimitives.Multiply(values, (float)shares[0], values);
        for (var i = 0; i < batch.Count; i++)
        {
            var own = values.Slice(i * width, width);
            TensorPrimitives.MultiplyAdd(_before.AsSpan((int)partners[i] * width, width), (float)shares[1], own, own);
        }
        return new(shares[0], batch with { Target = batch.Target.index_select(0, tensor(partners)) });
    }
}
