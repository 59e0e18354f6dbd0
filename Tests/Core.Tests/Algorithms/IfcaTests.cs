using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class IfcaTests
{
    // Worked out by hand, models 0 and 10. Round 1: b = 1 and 2 take the first, changes 0.5 and 1, mean (0.5 + 3 * 1) / 4; b = 8 takes the second, change -1. Round 2: 0.0625 and 0.5625; -0.5.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Apart(new() { Name = "ifca" }, 10, new Parabola(1, 1, steps: 1), new Parabola(2, 3, steps: 1), new Parabola(8, 1, steps: 1));
        Assert.Equal([0.875f], federation.Round());
        Assert.Equal([0.875f], Model(federation, 1));
        Assert.Equal([9f], Model(federation, 2));
        Assert.Equal([0f], federation.Personal(0)!);
        Assert.Equal([10f], federation.Personal(2)!);
        federation.Round();
        Assert.Equal([1.3125f], Model(federation, 1));
        Assert.Equal([8.5f], Model(federation, 2));
    }

    [Fact]
    public void Run_s_model_is_the_one_with_most_weight()
    {
        var federation = Apart(new() { Name = "ifca" }, 10, new Parabola(1, 1, steps: 1), new Parabola(8, 3, steps: 1));
        Assert.Equal([9f], federation.Round());
    }

    [Fact]
    public void Model_that_nobody_takes_stays()
    {
        var federation = Apart(new() { Name = "ifca" }, 10, new Parabola(1, 1, steps: 1));
        federation.Round();
        Assert.Equal([10f], Model(federation, 2));
    }

    // Momentum 0.5: after changes of the second model of -1 and then -0.5 its velocity is -1, while the first has its own.
    [Fact]
    public void Each_model_has_the_server_s_optimiser_for_itself()
    {
        var federation = Apart(new() { Name = "ifca", Server = new() { Optimizer = ServerOptimizer.FedAvgM, Beta1 = 0.5 } }, 10, new Parabola(1, 1, steps: 1), new Parabola(8, 1, steps: 1));
        federation.Round();
        federation.Round();
        Assert.Equal([0.5f + 0.25f + 0.25f], Model(federation, 1));
        Assert.Equal([9f - 0.5f - 0.5f], Model(federation, 2));
    }

    [Fact]
    public void With_one_model_it_is_fedavg_bit_by_bit()
    {
        Parabola[] clients = [new(4, 3, statistic: true), new(0.1f, 2, 3, statistic: true), new(-1, 1, statistic: true)];
        var (ifca, fedavg) = (new Federation(new AlgorithmSpec { Name = "ifca", Clusters = 1 }, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 5; round++) Assert.Equal(fedavg.Round(), ifca.Round());
    }

    // From 10 towards 1 by half of the way.
    [Fact]
    public void Model_whose_loss_is_not_finite_is_not_taken_and_without_any_other_the_task_fails()
    {
        var ifca = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "ifca", Clusters = 2 } } });
        var update = new float[4];
        foreach (var broken in new[] { float.NaN, float.PositiveInfinity })
        {
            ifca.Train(new Parabola(1, 1, steps: 1), [broken, 10], update, ClientState.Empty);
            Assert.Equal([0, -4.5f, 0, 1], update);
        }
        var error = Assert.Throws<ArithmeticException>(() => ifca.Train(new Parabola(1, 1, steps: 1), [float.NaN, float.NegativeInfinity], update, ClientState.Empty));
        Assert.StartsWith("The loss of none of the 2 models is finite", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new float[] { 3, 0, 1, 0 }, true)]
    [InlineData(new float[] { 0, 3, 0, 1 }, true)]
    [InlineData(new float[] { 3, 0, 0.5f, 0 }, false)]
    [InlineData(new float[] { 3, 0, 1, 1 }, false)]
    [InlineData(new float[] { 3, 0, 1e-35f, 1 }, false)]
    [InlineData(new float[] { 3, 2, 1, 0 }, false)]
    public void Update_that_is_not_of_one_model_is_refused_alone(float[] update, bool may) =>
        Assert.Equal(may, AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "ifca" } } }).Refusal(update) is null);

    [Fact]
    public void Models_begin_with_the_same_weights_in_orders_of_their_own()
    {
        var schema = new ParameterSchema([new TensorSpec("1.weight", [4, 5]), new TensorSpec("1.bias", [3])]);
        var model = new ParameterVector(schema, [.. Enumerable.Range(0, 23).Select(value => (float)value)]);
        var job = new JobSpec { Federation = new() { Algorithm = new() { Name = "ifca", Clusters = 3 } } };
        var (one, again) = (AlgorithmCatalog.Create(job).Init(model), AlgorithmCatalog.Create(job).Init(model));
        var models = Enumerable.Range(1, 3).Select(cluster => one.Slots[$"ifca/{cluster}/model"].ToArray()).ToArray();
        Assert.Equal(model.Values.ToArray(), models[0]);
        Assert.All(models, values => Assert.Equal(model.Values.ToArray(), values[..20].Order().Concat(values[20..])));
        Assert.NotEqual(models[1], models[2]);
        Assert.Equal(models[2], again.Slots["ifca/3/model"].ToArray());
    }

    // A beginning of one value cannot be put into another order: the second model is moved by hand.
    private static Federation Apart(AlgorithmSpec spec, float second, params Parabola[] clients)
    {
        var federation = new Federation(spec, clients);
        federation.State = federation.State with { Slots = federation.State.Slots.SetItem("ifca/2/model", new[] { second }) };
        return federation;
    }

    private static float[] Model(Federation federation, int cluster) => federation.State.Slots[$"ifca/{cluster}/model"].ToArray();
}
