using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedPerTests
{
    // Worked out by hand: body u, head h, b = 4 and 0, steps of 1/4. Round 1 from (0, 0): (1, 1) and (0, 0), u = 3/4 * 1. Round 2: the first from (0.75, 1) by 2.25 / 4 to (1.3125, 1.5625), the second from
    // (0.75, 0) by -0.75 / 4 to (0.5625, -0.1875): u = 0.75 + 3/4 * 0.5625 - 1/4 * 0.1875.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(new() { Name = "fedper" }, new Scales(4, 3, 0.25f, Scales.BodyAndHead), new Scales(0, 1, 0.25f, Scales.BodyAndHead));
        Assert.Equal([0.75f, 0], federation.Round());
        Assert.Equal([1f, 1], federation.Personal(0)!);
        Assert.Equal([1.125f, 0], federation.Round());
        Assert.Equal([1.3125f, 1.5625f], federation.Personal(0)!);
        Assert.Equal([0.5625f, -0.1875f], federation.Personal(1)!);
        Assert.Equal([1.5625f], federation.Kept(0).Vectors["private"].ToArray());
    }

    // A client that is left out keeps its head.
    [Fact]
    public void Head_stays_what_it_was_while_the_client_is_not_asked()
    {
        var federation = Of(new() { Name = "fedper" }, new Scales(4, 3, 0.25f, Scales.BodyAndHead), new Scales(0, 1, 0.25f, Scales.BodyAndHead));
        federation.Round();
        federation.Round(1);
        Assert.Equal([1f], federation.Kept(0).Vectors["private"].ToArray());
    }

    // In binary fractions all sums are exact: what is shared comes back as it went.
    [Fact]
    public void With_one_client_its_own_model_is_that_of_fedavg_bit_by_bit()
    {
        var (own, all) = (Of(new() { Name = "fedper" }, new Scales(3, 5, 0.25f, Scales.BodyAndHead, 2)), Of(new() { Name = "fedavg" }, new Scales(3, 5, 0.25f, Scales.BodyAndHead, 2)));
        for (var round = 0; round < 3; round++)
        {
            own.Round();
            Assert.Equal(all.Round(), own.Personal(0)!);
        }
    }

    [Theory]
    [InlineData("fedadam")]
    [InlineData("fedavgm")]
    public void Private_tensors_of_the_coordinators_model_stay_as_they_were_drawn_whatever_the_servers_optimiser(string optimizer)
    {
        var server = new ServerSpec { Optimizer = Enum.Parse<ServerOptimizer>(optimizer, ignoreCase: true) };
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "fedper", Server = server } } });
        var state = algorithm.Init(new(Scales.BodyAndHead, [0.3f, -0.7f]));
        for (var round = 0; round < 3; round++) state = algorithm.Apply(state, [1], RoundOf.Nobody);
        Assert.Equal(-0.7f, state.Parameters.Values.Span[1]);
        Assert.NotEqual(0.3f, state.Parameters.Values.Span[0]);
        Assert.Throws<ArgumentException>(() => algorithm.Apply(state, [1, 1], RoundOf.Nobody));
    }

    [Theory]
    [InlineData("", "1.weight 1.bias 2.1.weight 2.running_mean")]
    [InlineData("1.*", "2.1.weight 2.running_mean 3.weight 3.bias")]
    [InlineData("*.bias 2.*", "1.weight 3.weight")]
    public void Update_has_the_tensors_that_the_patterns_leave(string patterns, string shared)
    {
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "fedper", Private = new([.. patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries)]) } } });
        Assert.Equal(shared.Split(' '), algorithm.UpdateSchema(Model).Tensors.Select(tensor => tensor.Name));
        Assert.Equal(Model, algorithm.BroadcastSchema(Model));
    }

    [Theory]
    [InlineData("2.1.weigth", "private: '2.1.weigth' matches none of the model's tensors: did you mean '2.1.weight'? The tensors are 1.weight, 1.bias, 2.1.weight, 2.running_mean, 3.weight, 3.bias")]
    [InlineData("head*", "private: 'head*' matches none of the model's tensors: the tensors are 1.weight, 1.bias, 2.1.weight, 2.running_mean, 3.weight, 3.bias")]
    [InlineData("*", "private: the patterns match all weights of the model, so that nothing is shared: leave some out. The tensors are 1.weight, 1.bias, 2.1.weight, 2.running_mean, 3.weight, 3.bias")]
    public void Patterns_that_match_nothing_or_all_are_refused(string pattern, string refusal)
    {
        Assert.Equal(refusal, AlgorithmCatalog.Refusal(new() { Name = "fedper", Private = [pattern] }, Model));
        Assert.Equal(refusal, AlgorithmCatalog.Refusal(new() { Name = "fedrep", Private = [pattern] }, Model));
    }

    [Fact]
    public void Model_of_one_layer_has_nothing_to_share()
    {
        Assert.Contains("nothing to share", AlgorithmCatalog.Refusal(new() { Name = "fedper" }, new([new TensorSpec("1.weight", [2, 2]), new TensorSpec("1.bias", [2])])), StringComparison.Ordinal);
        Assert.Null(AlgorithmCatalog.Refusal(new() { Name = "fedper" }, Model));
    }

    private static ParameterSchema Model { get; } = new(
    [
        new("1.weight", [2, 2]), new("1.bias", [2]), new("2.1.weight", [2]), new("2.running_mean", [2], Trainable: false), new("3.weight", [2, 2]), new("3.bias", [2]),
    ]);

    private static Federation Of(AlgorithmSpec algorithm, params ILocalTrainer[] clients) => new(algorithm, clients);
}
