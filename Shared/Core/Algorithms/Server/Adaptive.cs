using System.Numerics.Tensors;
using Federated.Core.Jobs;

namespace Federated.Core.Algorithms.Server;

/// <summary>FedAdagrad, FedYogi and FedAdam. Reddi et al., "Adaptive Federated Optimization", ICLR 2021, arXiv:2003.00295, algorithm 2:
/// m ← β₁ m + (1 - β₁) Δ, then v, then x ← x + η m / (√v + τ), without bias correction, m = 0 and v = τ² before the first round. v becomes
/// <list type="bullet">
/// <item>fedadagrad: v + Δ²;</item>
/// <item>fedyogi: v - (1 - β₂) Δ² sign(v - Δ²);</item>
/// <item>fedadam: β₂ v + (1 - β₂) Δ².</item>
/// </list></summary>
/// <remarks>Deviation: Δ is the mean weighted by examples, as in the paper's experiments; algorithm 2 writes the plain mean.</remarks>
/// <param name="kind">One of the three.</param>
/// <param name="beta1">β₁, from 0 to below 1; the paper has 0 for fedadagrad and 0.9 for the others.</param>
/// <param name="beta2">β₂, from 0 to below 1; fedadagrad has none.</param>
/// <param name="tau">Adaptivity τ, above 0.</param>
public sealed class Adaptive(ServerOptimizer kind, double beta1, double beta2, double tau) : IServerOptimizer
{
    private const string First = "m";
    private const string Second = "v";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> Slots(int count)
    {
        var second = new float[count];
        Array.Fill(second, (float)(tau * tau));
        return [new(First, new float[count]), new(Second, second)];
    }

    /// <inheritdoc/>
    public ServerState Step(ServerState state, ReadOnlySpan<float> mean, double rate)
    {
        var (first, second, scratch) = (new float[mean.Length], new float[mean.Length], new float[mean.Length]);
        TensorPrimitives.Multiply(state.Slots[First].Span, (float)beta1, first);
        TensorPrimitives.MultiplyAdd(mean, (float)(1 - beta1), first, first);
        TensorPrimitives.Multiply(mean, mean, scratch);
        Grow(state.Slots[Second].Span, scratch, second);
        TensorPrimitives.Sqrt(second, scratch);
        TensorPrimitives.Add(scratch, (float)tau, scratch);
        TensorPrimitives.Divide(first, scratch, scratch);
        return new(state.Round + 1, ServerStep.Move(state, mean, scratch, (float)rate), state.Slots.SetItem(First, first).SetItem(Second, second));
    }

    private void Grow(ReadOnlySpan<float> before, ReadOnlySpan<float> squares, Span<float> after)
    {
        var share = (float)(1 - beta2);
        switch (kind)
        {
            case ServerOptimizer.FedAdagrad:
                TensorPrimitives.Add(before, squares, after);
                break;
            case ServerOptimizer.FedAdam:
                TensorPrimitives.Multiply(before, (float)beta2, after);
                TensorPrimitives.MultiplyAdd(squares, share, after, after);
                break;
            case ServerOptimizer.FedYogi:
                for (var i = 0; i < after.Length; i++) after[i] = before[i] - share * squares[i] * MathF.Sign(before[i] - squares[i]);
                break;
            default:
                throw new InvalidOperationException($"{kind} is not adaptive.");
        }
    }
}
