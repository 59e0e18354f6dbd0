using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class DittoTests
{
    // Worked out by hand: b = 4 and 0, two steps of 1/2, λ = 1: v steps along (v - b) + (v - x), and is at its optimum (b + x) / 2 after one. Round 1, x = 0: v = 2 and 0, x becomes 3/4 * 3.
    // Round 2, x = 2.25: v = 3.125 and 1.125, x = 2.25 + 3/4 * 1.3125 - 1/4 * 1.6875.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(1, null, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([2.25f], federation.Round());
        Assert.Equal([2f], federation.Personal(0)!);
        Assert.Equal([2.8125f], federation.Round());
        Assert.Equal([3.125f], federation.Personal(0)!);
        Assert.Equal([1.125f], federation.Personal(1)!);
        Assert.Equal([3.125f], federation.Kept(0).Vectors["own"].ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void Model_of_all_is_that_of_fedavg_bit_by_bit(double lambda)
    {
        Parabola[] clients = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 2, 4, 0.1f)];
        var (ditto, fedavg) = (Of(lambda, null, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 3; round++) Assert.Equal(fedavg.Round(), ditto.Round());
    }

    // v ← v - η (v - b) of its own steps alone, three rounds of three, whatever the others do.
    [Fact]
    public void With_lambda_0_the_own_model_learns_from_the_clients_data_alone()
    {
        var (alone, among) = (Of(0, null, new Parabola(0.3f, 5, 3, 0.1f)), Of(0, null, new Parabola(0.3f, 5, 3, 0.1f), new Parabola(-9, 100)));
        for (var round = 1; round <= 3; round++)
        {
            alone.Round();
            among.Round();
            Assert.Equal(alone.Personal(0)!, among.Personal(0)!);
            Assert.Equal(0.3 * (1 - Math.Pow(0.9, 3 * round)), among.Personal(0)![0], 1e-6);
        }
    }

    // The optimum of F(v) + (λ / 2) (v - x)² is (b + λ x) / (1 + λ): it comes near x.
    [Fact]
    public void The_larger_lambda_the_nearer_the_own_model_is_to_that_of_all()
    {
        var distances = new[] { 0.1, 1, 9 }.Select(lambda =>
        {
            var federation = Of(lambda, null, new Parabola(4, 1, 500, 0.1f), new Parabola(0, 1, 500, 0.1f));
            federation.Round();
            var x = federation.Model[0];
            federation.Round();
            Assert.Equal((4 + lambda * x) / (1 + lambda), federation.Personal(0)![0], 1e-4);
            return Math.Abs(federation.Personal(0)![0] - x);
        }).ToArray();
        Assert.True(distances[0] > distances[1] && distances[1] > distances[2]);
    }

    [Fact]
    public void Own_model_has_epochs_of_its_own()
    {
        var federation = new Federation(new AlgorithmSpec { Name = "ditto", DittoLambda = 0, PersonalEpochs = 3 }, new Scales(1, 1, 0.25f, new([new("1.weight", [1])])));
        Assert.Equal([0.25f], federation.Round());
        Assert.Equal(1 - 0.75f * 0.75f * 0.75f, federation.Personal(0)![0]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Senseless_weights_are_refused(double lambda) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(lambda, null, new Parabola(0, 1)).Round());

    private static Federation Of(double lambda, int? epochs, params Parabola[] clients) => new(new AlgorithmSpec { Name = "ditto", DittoLambda = lambda, PersonalEpochs = epochs }, [.. clients]);
}
