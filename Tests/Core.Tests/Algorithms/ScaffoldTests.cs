using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class ScaffoldTests
{
    private const string Control = "control";

    // Worked out by hand: b = 4 and 0, two steps of 1/2, K η = 1. Round 1 from 0, all variates 0: y = 3 and 0, x = 1.5; c_1 = (0 - 3) / 1, c_2 = 0, c = -1.5.
    // Round 2: corrections -1.5 + 3 and -1.5 - 0. Client 1: gradients -2.5 + 1.5 and -2 + 1.5, y = 1.5 + 1/2 + 1/4 = 2.25; client 2: 1.5 - 1.5 = 0, y = 1.5. x = 1.875;
    // c_1 = -3 + 1.5 + (1.5 - 2.25) = -2.25, c_2 = 0 + 1.5 + 0; c = their mean.
    [Fact]
    public void Two_rounds_by_steps_are_the_hand_computed_ones()
    {
        var federation = Of(ControlVariate.Steps, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal((-3, 0, -1.5f), (Variate(federation, 0), Variate(federation, 1), Common(federation)));
        Assert.Equal([1.875f], federation.Round());
        Assert.Equal((-2.25f, 1.5f, -0.375f), (Variate(federation, 0), Variate(federation, 1), Common(federation)));
    }

    // Round 1: gradients at 0 are -4 and 0, c = -2. Round 2: corrections 2 and -2. Client 1: -2.5 + 2 and -2.25 + 2, y = 1.875; client 2: 1.5 - 2 and 1.75 - 2, y = 1.875.
    // Gradients at 1.5: -2.5 and 1.5.
    [Fact]
    public void Two_rounds_by_gradients_are_the_hand_computed_ones()
    {
        var federation = Of(ControlVariate.Gradient, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal((-4, 0, -2), (Variate(federation, 0), Variate(federation, 1), Common(federation)));
        Assert.Equal([1.875f], federation.Round());
        Assert.Equal((-2.5f, 1.5f, -0.5f), (Variate(federation, 0), Variate(federation, 1), Common(federation)));
    }

    // Two clients, one a round. Round 1: x = 3, c_1 = -3, c = 0 + 1/2 * -3. Round 2: correction -1.5 - 0; gradients 3 - 1.5 and 2.25 - 1.5, y = 1.875; c_2 = 0 + 1.5 + (3 - 1.875); c = -1.5 + 1/2 * 2.625.
    [Fact]
    public void Variates_of_a_cohort_count_by_its_share_of_all_clients()
    {
        var federation = Of(ControlVariate.Steps, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([3], federation.Round(0));
        Assert.Equal(-1.5f, Common(federation));
        Assert.Equal([1.875f], federation.Round(1));
        Assert.Equal((-3, 2.625f, -0.1875f), (Variate(federation, 0), Variate(federation, 1), Common(federation)));
    }

    // The invariant that the 1/N keeps, whoever takes part.
    [Theory]
    [InlineData(ControlVariate.Steps)]
    [InlineData(ControlVariate.Gradient)]
    public void Common_variate_is_the_mean_of_those_of_all_clients(ControlVariate variate)
    {
        var federation = Of(variate, new Parabola(4, 3, 3, 0.1f), new Parabola(-1, 1, 5, 0.1f, 0.3f), new Parabola(2, 9, 1, 0.1f, 2), new Parabola(7, 1, 2, 0.1f));
        foreach (var cohort in new int[][] { [0, 1], [2], [1, 3], [0, 2, 3], [3], [1, 2] })
        {
            federation.Round(cohort);
            Assert.Equal(Enumerable.Range(0, 4).Average(client => (double)Variate(federation, client)), Common(federation), 1e-5);
        }
    }

    // What the paper is about: F = (w - 4)² / 2 + 0.2 (w + 1)² / 2 is least at (4 - 0.2) / 1.2; fedavg stops elsewhere, for its clients drift by their curvature.
    [Theory]
    [InlineData(ControlVariate.Steps)]
    [InlineData(ControlVariate.Gradient)]
    public void Clients_that_differ_come_to_the_minimum_of_all_where_fedavg_does_not(ControlVariate variate)
    {
        Parabola[] clients = [new(4, 1, 10, 0.1f), new(-1, 1, 10, 0.1f, 0.2f)];
        var (scaffold, fedavg) = (Of(variate, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 100; round++) (_, _) = (scaffold.Round(), fedavg.Round());
        Assert.Equal(3.8 / 1.2, scaffold.Model[0], 1e-3);
        Assert.True(Math.Abs(fedavg.Model[0] - 3.8 / 1.2) > 0.1, $"fedavg came to {fedavg.Model[0]}");
    }

    [Theory]
    [InlineData(ControlVariate.Steps)]
    [InlineData(ControlVariate.Gradient)]
    public void While_the_variates_are_0_it_is_fedavg_with_equal_weights_bit_by_bit(ControlVariate variate)
    {
        Parabola[] equal = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 5, 3, 0.1f)], unequal = [new(0.3f, 1, 3, 0.1f), new(-0.7f, 50, 3, 0.1f)];
        foreach (var optimizer in Enum.GetValues<ServerOptimizer>())
        {
            var server = new ServerSpec { Optimizer = optimizer };
            Assert.Equal(
                new Federation(new AlgorithmSpec { Name = "fedavg", Server = server }, equal).Round(),
                new Federation(new AlgorithmSpec { Name = "scaffold", Server = server, Variate = variate }, unequal).Round());
        }
    }

    [Theory]
    [InlineData(ControlVariate.Steps)]
    [InlineData(ControlVariate.Gradient)]
    public void Running_statistics_have_no_variates_and_become_their_plain_mean(ControlVariate variate)
    {
        var federation = Of(variate, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(2, federation.Round()[1]);
            Assert.Equal((0, 0), (federation.State.Slots[Control].Span[1], federation.Kept(0).Vectors[Control].Span[1]));
        }
    }

    [Fact]
    public void Steps_that_do_not_move_the_model_tell_no_variate() =>
        Assert.Throws<InvalidOperationException>(() => Of(ControlVariate.Steps, new Parabola(4, 3, 2, 0)).Round());

    [Fact]
    public void Variate_of_another_model_is_refused()
    {
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "scaffold" } } });
        Assert.Throws<ArgumentException>(() => algorithm.Train(new Parabola(0, 1), new float[2], new float[2], ClientState.Empty.With(Control, new float[3])));
    }

    private static Federation Of(ControlVariate variate, params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = "scaffold", Variate = variate }, clients);

    private static float Variate(Federation federation, int client) => federation.Kept(client).Vectors.TryGetValue(Control, out var variate) ? variate.Span[0] : 0;

    private static float Common(Federation federation) => federation.State.Slots[Control].Span[0];
}
