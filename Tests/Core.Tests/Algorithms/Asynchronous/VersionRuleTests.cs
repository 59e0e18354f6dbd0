using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Algorithms.Asynchronous;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms.Asynchronous;

public sealed class VersionRuleTests
{
    private static readonly ParameterSchema Schema = new([new TensorSpec("w", [2])]);

    [Theory]
    [InlineData(StalenessFunction.Constant, 9, 0, 50, 1)]
    [InlineData(StalenessFunction.Polynomial, 0.5, 0, 0, 1)]
    [InlineData(StalenessFunction.Polynomial, 0.5, 0, 3, 0.5)]          // 4^-0.5
    [InlineData(StalenessFunction.Polynomial, 1, 0, 4, 0.2)]
    [InlineData(StalenessFunction.Hinge, 10, 4, 4, 1)]
    [InlineData(StalenessFunction.Hinge, 10, 4, 5, 1.0 / 11)]           // 1 / (10 (5 - 4) + 1)
    [InlineData(StalenessFunction.Hinge, 10, 4, 7, 1.0 / 31)]
    public void Discounts_are_the_papers(StalenessFunction function, double steepness, int grace, int staleness, double expected) =>
        Assert.Equal(expected, new StalenessDiscount(function, steepness, grace).At(staleness), 15);

    [Fact]
    public void Discounts_begin_with_one_and_never_rise()
    {
        foreach (var discount in new StalenessDiscount[] { new(StalenessFunction.Constant, 0), new(StalenessFunction.Polynomial, 0.7), new(StalenessFunction.Hinge, 3, 2) })
        {
            Assert.Equal(1, discount.At(0));
            for (var staleness = 1; staleness < 200; staleness++) Assert.InRange(discount.At(staleness), double.Epsilon, discount.At(staleness - 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => discount.At(-1));
        }
    }

    [Fact]
    public void Fedbuff_discounts_each_update_and_does_not_make_up_for_it()
    {
        // s(0) = 1, s(3) = 1/2: ([4, 0] * 1 * 1 + [0, 8] * 3 * 1/2) / (1 + 3) = [1, 3].
        var state = Buffered(new FedBuff(Half), State(10, 20), ([4, 0], 1, 0), ([0, 8], 3, 3));
        Assert.Equal<float>([11, 23], state.Parameters.Values.ToArray());
        // The next version, by momentum 0.5: m = 0.5 [1, 3] + [2, 2] * 1/2, x = [11, 23] + m.
        var momentum = new Core.Algorithms.Server.ServerHalf(new Core.Algorithms.Server.FedAvgM(0.5), RateCurve.Of(new AlgorithmSpec()), 5);
        var first = momentum.Apply(momentum.Init(new ParameterVector(Schema, [10, 20])), Change(new FedBuff(Half), State(10, 20), ([4, 0], 1, 0), ([0, 8], 3, 3)));
        var second = momentum.Apply(first, Change(new FedBuff(Half), first, ([2, 2], 6, 3)));
        Assert.Equal<float>([12.5f, 25.5f], second.Parameters.Values.ToArray());
    }

    [Fact]
    public void Fedbuff_of_fresh_updates_is_fedavg_bit_by_bit()
    {
        var random = new Random(3);
        for (var repeat = 0; repeat < 50; repeat++)
        {
            var updates = Enumerable.Range(0, 7).Select(_ => (new[] { random.NextSingle(), random.NextSingle() }, random.Next(1, 90), 0)).ToArray();
            Assert.Equal(Mean(updates, weight => weight), Change(new FedBuff(Half), State(1, 2), updates));
        }
    }

    [Fact]
    public void Fedasync_mixes_the_clients_model_into_the_newest_one()
    {
        var rule = new FedAsync(0.5, Half);
        // Fresh: 0.5 * [10, 20] + 0.5 * ([10, 20] + [2, -4]).
        var first = Buffered(rule, State(10, 20), ([2, -4], 7, 0));
        Assert.Equal<float>([11, 18], first.Parameters.Values.ToArray());
        // From three versions ago, [6, 6], so alpha = 0.25: 0.75 * [11, 18] + 0.25 * ([6, 6] + [1, 0]).
        var second = Apply(first, Change(rule, first, staleness => staleness == 3 ? new ParameterVector(Schema, [6, 6]) : throw new InvalidOperationException(), ([1, 0], 7, 3)));
        Assert.Equal<float>([10, 15], second.Parameters.Values.ToArray());
    }

    [Fact]
    public void Fedasync_with_alpha_one_and_a_fresh_update_takes_the_clients_model()
    {
        var random = new Random(5);
        for (var repeat = 0; repeat < 50; repeat++)
        {
            var update = new[] { random.NextSingle() - 0.5f, random.NextSingle() };
            Assert.Equal<float>(update, Change(new FedAsync(1, Half), State(random.NextSingle(), 3), (update, 1, 0)));
        }
    }

    [Fact]
    public void Fedasync_stays_between_the_newest_model_and_the_clients()
    {
        var random = new Random(7);
        for (var repeat = 0; repeat < 200; repeat++)
        {
            var (newest, started, update) = (random.NextSingle(), random.NextSingle(), random.NextSingle() - 0.5f);
            var rule = new FedAsync(random.NextDouble(), new(StalenessFunction.Polynomial, random.NextDouble()));
            var state = State(newest, 0);
            var next = newest + Change(rule, state, _ => new ParameterVector(Schema, [started, 0]), ([update, 0], 1, 1 + random.Next(9)))[0];
            var (low, high) = (Math.Min(newest, started + update), Math.Max(newest, started + update));
            Assert.InRange(next, low - 1e-6f, high + 1e-6f);
        }
    }

    [Fact]
    public void Fedasync_takes_one_update_a_version() =>
        Assert.Throws<ArgumentException>(() => Change(new FedAsync(0.5, Half), State(1, 2), ([1, 1], 1, 0), ([1, 1], 1, 0)));

    [Fact]
    public void Rule_is_that_of_the_mode()
    {
        Assert.IsType<FedAsync>(IVersionRule.Of(new() { Mode = FederationMode.FedAsync }));
        Assert.IsType<FedBuff>(IVersionRule.Of(new() { Mode = FederationMode.FedBuff }));
        Assert.IsType<FedBuff>(IVersionRule.Of(new() { Mode = FederationMode.SemiSynchronous }));
    }

    private static StalenessDiscount Half => new(StalenessFunction.Polynomial, 0.5);

    private static ServerState State(float first, float second) => Averaging.Init(new ParameterVector(Schema, [first, second]));

    private static Core.Algorithms.Server.ServerHalf Averaging => new(new Core.Algorithms.Server.Averaging(), RateCurve.Of(new AlgorithmSpec()), 5);

    private static ServerState Apply(ServerState state, float[] change) => Averaging.Apply(state, change);

    private static ServerState Buffered(IVersionRule rule, ServerState state, params (float[] Values, int Examples, int Staleness)[] updates) => Apply(state, Change(rule, state, updates));

    private static float[] Change(IVersionRule rule, ServerState state, params (float[] Values, int Examples, int Staleness)[] updates) =>
        Change(rule, state, _ => throw new InvalidOperationException("Nobody needs an old model."), updates);

    private static float[] Change(IVersionRule rule, ServerState state, Func<int, ParameterVector> started, params (float[] Values, int Examples, int Staleness)[] updates)
    {
        var mean = new WeightedMean(2);
        foreach (var (values, examples, staleness) in updates) mean.TryAdd("", values, rule.Weight(examples, staleness));
        var change = new float[2];
        mean.Aggregate(change, 1);
        rule.Finish(change, [.. updates.Select(update => new UpdateFacts(update.Examples, default, null, 0) { Staleness = update.Staleness })], state.Parameters.Values.Span, started);
        return change;
    }

    private static float[] Mean((float[] Values, int Examples, int Staleness)[] updates, Func<double, double> weigh)
    {
        var mean = new ExactMean(2);
        foreach (var (values, examples, _) in updates) mean.TryAdd(values, weigh(examples));
        var result = new float[2];
        mean.Mean(result);
        return result;
    }
}
