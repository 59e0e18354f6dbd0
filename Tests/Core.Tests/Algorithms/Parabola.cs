using Federated.Core.Algorithms;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

/// <summary>A client whose loss is F(w) = a (w - b)² / 2 in each of its values, by a number of plain steps of one size. Behind the weights may be a running statistic, which becomes b
/// whatever the gradient.</summary>
internal sealed class Parabola(float b, long examples, int steps = 2, float rate = 0.5f, float a = 1, bool statistic = false) : ILocalTrainer
{
    private readonly (int Steps, double Rate, float Minimum) _settings = (steps, rate, b);

    public ParameterSchema Schema { get; } = statistic
        ? new([new TensorSpec("1.weight", [1]), new TensorSpec("1.running_mean", [1], Trainable: false)])
        : new([new TensorSpec("1.weight", [1])]);

    public long Examples => examples;

    public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
    {
        start.CopyTo(result);
        var loss = 0.0;
        for (var step = 0; step < steps; step++)
        {
            loss += a * (result[0] - b) * (result[0] - b) / 2;
            var above = result[0] + (float)term.Radius * MathF.Sign(a * (result[0] - b));
            var gradient = a * (above - b) + (term.Offset.IsEmpty ? 0 : term.Offset[0]) + (term.Proximal > 0 ? (float)term.Proximal * (result[0] - term.Anchor[0]) : 0);
            result[0] -= rate * gradient;
        }
        if (statistic) result[1] = b;
        return new(new(examples * steps, loss * examples, 0), steps, steps * (double)rate);
    }

    public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient)
    {
        gradient.Clear();
        gradient[0] = a * (at[0] - b);
        return Measure(at);
    }

    public LocalTraining ForEachBatch(Action<ILocalBatch> visit)
    {
        var sums = default(MetricSums);
        for (var step = 1; step <= steps; step++)
        {
            var batch = new Whole(this, step);
            visit(batch);
            sums += batch.First!.Value;
        }
        return new(sums, steps, steps * (double)rate);
    }

    public MetricSums Measure(ReadOnlySpan<float> at) => new(examples, examples * a * (at[0] - b) * (at[0] - b) / 2, 0);

    private sealed class Whole(Parabola client, int step) : ILocalBatch
    {
        public int Step => step;

        public int Steps => client._settings.Steps;

        public double Rate => client._settings.Rate;

        public MetricSums? First { get; private set; }

        public MetricSums Gradient(Span<float> at, Span<float> gradient)
        {
            var sums = client.Gradient(at, gradient);
            if (at.Length > 1) at[1] = client._settings.Minimum;
            return First ??= sums;
        }
    }
}
