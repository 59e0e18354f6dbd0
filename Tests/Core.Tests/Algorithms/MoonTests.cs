using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class MoonTests
{
    // Each client goes halfway to b: 4 and 0, weights 3 and 1. Round 1 from 0: 2 and 0, x = 3/4 * 2. Round 2 from 1.5: 2.75 and 0.75, x = 1.5 + 3/4 * 1.25 - 1/4 * 0.75.
    [Fact]
    public void The_contrast_is_between_the_rounds_model_and_the_clients_last_one()
    {
        var (first, second) = (new Halfway(4, 3), new Halfway(0, 1));
        var federation = Of(new() { Name = "moon", MoonMu = 5, Temperature = 0.25 }, first, second);
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal([2.25f], federation.Round());
        Assert.Equal(["none", "5, 0.25: 1.5 and 2"], first.Seen);
        Assert.Equal(["none", "5, 0.25: 1.5 and 0"], second.Seen);
        Assert.Equal([2.75f], federation.Kept(0).Vectors["own"].ToArray());
        Assert.Equal([0.75f], federation.Kept(1).Vectors["own"].ToArray());
        Assert.Null(federation.Personal(0));
    }

    // The first client is left out of rounds 2 and 3, and comes back with the 2 of round 1.
    [Fact]
    public void Who_is_not_asked_keeps_the_model_of_its_last_round()
    {
        var (first, second) = (new Halfway(4, 3), new Halfway(0, 1));
        var federation = Of(new() { Name = "moon" }, first, second);
        for (var round = 1; round <= 3; round++) federation.Round(round == 1 ? [0, 1] : [1]);
        Assert.Equal([0.375f], federation.Model);   // 1.5 halved twice
        federation.Round(0);
        Assert.Equal(["none", "1, 0.5: 0.375 and 2"], first.Seen);
    }

    [Theory]
    [InlineData(ServerOptimizer.Average)]
    [InlineData(ServerOptimizer.FedAdam)]
    public void With_mu_0_it_is_fedavg_bit_by_bit_and_nothing_is_kept(ServerOptimizer optimizer)
    {
        var server = new ServerSpec { Optimizer = optimizer };
        Parabola[] clients = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 2, 4, 0.1f)];
        var (moon, fedavg) = (Of(new() { Name = "moon", MoonMu = 0, Server = server }, clients), Of(new() { Name = "fedavg", Server = server }, clients));
        for (var round = 0; round < 3; round++) Assert.Equal(fedavg.Round(), moon.Round());
        Assert.Empty(moon.Kept(0).Vectors);
    }

    [Theory]
    [InlineData(-1, 0.5)]
    [InlineData(double.NaN, 0.5)]
    [InlineData(double.PositiveInfinity, 0.5)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, double.NaN)]
    public void Senseless_weights_and_temperatures_are_refused(double mu, double temperature)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(new() { Name = "moon", MoonMu = mu, Temperature = temperature }, new Parabola(0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelContrast(mu, temperature, [], []).Weight);
    }

    [Fact]
    public void Last_model_of_another_length_is_refused()
    {
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "moon" } } });
        Assert.Throws<ArgumentException>(() => algorithm.Train(new Parabola(0, 1), new float[1], new float[1], ClientState.Empty.With("own", new float[3])));
    }

    [Fact]
    public void Models_that_make_nothing_of_the_data_before_their_last_layer_are_refused()
    {
        Assert.Contains("two layers with weights", Refusal(new TensorSpec("1.mean", [3], Trainable: false), new TensorSpec("2.weight", [2, 3]), new TensorSpec("2.bias", [2])), StringComparison.Ordinal);
        Assert.Contains("two layers with weights", Refusal(new TensorSpec("1.encoder.weight", [2, 3]), new TensorSpec("1.decoder.weight", [2, 3])), StringComparison.Ordinal);
        Assert.Null(Refusal(new TensorSpec("1.1.weight", [3, 3]), new TensorSpec("3.weight", [2, 3])));
    }

    private static string? Refusal(params ImmutableArray<TensorSpec> tensors) => AlgorithmCatalog.Refusal(new() { Name = "moon" }, new(tensors));

    private static Federation Of(AlgorithmSpec algorithm, params ILocalTrainer[] clients) => new(algorithm, clients);

    /// <summary>Writes down what it is asked to contrast, and goes halfway to b.</summary>
    private sealed class Halfway(float b, long examples) : ILocalTrainer
    {
        public List<string> Seen { get; } = [];

        public ParameterSchema Schema { get; } = new([new TensorSpec("1.weight", [1])]);

        public long Examples => examples;

        public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
        {
            var contrast = term.Contrast;
            Seen.Add(contrast.Weight == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"{contrast.Weight}, {contrast.Temperature}: {contrast.Global[0]} and {contrast.Previous[0]}"));
            result[0] = (start[0] + b) / 2;
            return new(new(examples, 0, 0), 1, 0.5);
        }

        public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient) => throw new NotSupportedException("moon takes local steps alone.");

        public LocalTraining ForEachBatch(Action<ILocalBatch> visit) => throw new NotSupportedException("moon takes local steps alone.");

        public MetricSums Measure(ReadOnlySpan<float> at) => throw new NotSupportedException("moon takes local steps alone.");
    }
}
