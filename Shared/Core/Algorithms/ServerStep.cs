using System.Numerics.Tensors;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>The server step that algorithms without server state share.</summary>
internal static class ServerStep
{
    /// <summary>w + rate * mean, in float32, product and sum rounded each (no fused operation), so that every processor gives the same bits.</summary>
    public static ServerState Add(ServerState state, ReadOnlySpan<float> mean, float rate)
    {
        var current = state.Parameters.Values.Span;
        if (mean.Length != current.Length) throw new ArgumentException($"Expected {current.Length} values, got {mean.Length}.", nameof(mean));
        var next = new float[current.Length];
        TensorPrimitives.MultiplyAdd(mean, rate, current, next);
        return state with { Round = state.Round + 1, Parameters = new ParameterVector(state.Parameters.Schema, next) };
    }
}
