using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedProxTests
{
    private static readonly ParameterSchema Schema = new([new TensorSpec("1.weight", [1])]);

    /// <summary>F(w) = (w - b)² / 2 by two steps of size 1/2.</summary>
    private sealed class Parabola(float b, long examples) : ILocalTrainer
    {
        public ParameterSchema Schema => throw new NotSupportedException();

        public long Examples => examples;

        public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
        {
            result[0] = start[0];
            for (var step = 0; step < 2; step++)
                result[0] -= 0.5f * (result[0] - b + (term.Proximal > 0 ? (float)term.Proximal * (result[0] - term.Anchor[0]) : 0));
            return new(new(examples, 0, 0), 2, 1);
        }

        public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient) => throw new NotSupportedException();
    }

    // Worked out by hand. With μ = 1 and steps of 1/2 a client is at its optimum (b + x) / 2 after one step and stays there.
    // Round 1 from 0: updates 2 and 0, mean 3/4 * 2. Round 2 from 1.5: updates 1.25 and -0.75, mean (3 * 1.25 - 0.75) / 4.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones() => Assert.Equal([1.5f, 2.25f], Rounds(new() { Name = "fedprox", Mu = 1 }));

    [Fact]
    public void Without_the_term_it_is_fedavg_bit_by_bit() => Assert.Equal(Rounds(new() { Name = "fedavg" }), Rounds(new() { Name = "fedprox", Mu = 0 }));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Senseless_weights_are_refused(double mu) => Assert.Throws<ArgumentOutOfRangeException>(() => Rounds(new() { Name = "fedprox", Mu = mu }));

    private static float[] Rounds(AlgorithmSpec spec)
    {
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = spec } });
        var (state, models, update) = (algorithm.Init(new(Schema, [0f])), new List<float>(), new float[1]);
        for (var round = 0; round < 2; round++)
        {
            var (mean, average) = (new ExactMean(1), new float[1]);
            foreach (var client in (Parabola[])[new(4, 3), new(0, 1)])
            {
                var outcome = algorithm.Train(client, state.Parameters.Values.Span, update, ClientState.Empty);
                Assert.Equal(AddOutcome.Added, mean.TryAdd(update, outcome.Examples));
            }
            mean.Mean(average);
            state = algorithm.Apply(state, average, RoundOf.Nobody);
            models.Add(state.Parameters.Values.Span[0]);
        }
        return [.. models];
    }
}
