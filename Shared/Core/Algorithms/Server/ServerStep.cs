using System.Numerics.Tensors;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms.Server;

/// <summary>What the steps of all server optimisers have in common.</summary>
internal static class ServerStep
{
    /// <summary>x + rate * direction, in float32, product and sum rounded each (no fused operation); running statistics become x + mean.</summary>
    public static ParameterVector Move(ServerState state, ReadOnlySpan<float> mean, ReadOnlySpan<float> direction, float rate)
    {
        var current = state.Parameters.Values.Span;
        var next = new float[current.Length];
        TensorPrimitives.MultiplyAdd(direction, rate, current, next);
        var offset = 0;
        foreach (var tensor in state.Parameters.Schema.Tensors)
        {
            if (!tensor.Trainable) TensorPrimitives.Add(current.Slice(offset, tensor.Count), mean.Slice(offset, tensor.Count), next.AsSpan(offset, tensor.Count));
            offset += tensor.Count;
        }
        return new(state.Parameters.Schema, next);
    }
}
