using Federated.Core.Algorithms;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

/// <summary>A client whose loss is F(w) = (Σ w - b)² / 2 over all its trainable values, so that a part of a model can do another's work, by one plain step an epoch. Running statistics become b. Tensors
/// that are frozen stay.</summary>
internal sealed class Scales(float b, long examples, float rate, ParameterSchema schema, int epochs = 1) : ILocalTrainer
{
    /// <summary>A body and a head of one weight each.</summary>
    public static readonly ParameterSchema BodyAndHead = new([new TensorSpec("1.weight", [1]), new TensorSpec("2.weight", [1])]);

    public ParameterSchema Schema => schema;

    public long Examples => examples;

    public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
    {
        start.CopyTo(result);
        var (gradient, sums, steps) = (new float[result.Length], default(MetricSums), term.Epochs > 0 ? term.Epochs : epochs);
        for (var step = 0; step < steps; step++)
        {
            sums += Gradient(result, gradient);
            var (offset, index) = (0, 0);
            foreach (var tensor in schema.Tensors)
            {
                var frozen = !term.Frozen.IsEmpty && term.Frozen[index++];
                for (var end = offset + tensor.Count; offset < end; offset++)
                    if (!frozen) result[offset] = tensor.Trainable ? result[offset] - rate * gradient[offset] : b;
            }
        }
        return new(sums, steps, steps * (double)rate);
    }

    public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient)
    {
        gradient.Clear();
        var (error, offset) = (Error(at), 0);
        foreach (var tensor in schema.Tensors)
        {
            if (tensor.Trainable) gradient.Slice(offset, tensor.Count).Fill(error);
            offset += tensor.Count;
        }
        return Measure(at);
    }

    public LocalTraining ForEachBatch(Action<ILocalBatch> visit) => throw new NotSupportedException("No algorithm that keeps tensors to itself makes steps of its own.");

    public MetricSums Measure(ReadOnlySpan<float> at) => new(examples, examples * Error(at) * Error(at) / 2, 0);

    private float Error(ReadOnlySpan<float> at)
    {
        var (sum, offset) = (-b, 0);
        foreach (var tensor in schema.Tensors)
        {
            if (tensor.Trainable)
                foreach (var value in at.Slice(offset, tensor.Count)) sum += value;
            offset += tensor.Count;
        }
        return sum;
    }
}
