using Federated.Core.Randomness;
using Federated.Engine.Objectives;

namespace Federated.Engine.Tests.Objectives;

public sealed class LikelihoodTests
{
    [Fact]
    public void Softmax_is_that_of_the_formula_and_temperature_divides_the_scores()
    {
        float[] scores = [0, MathF.Log(2), MathF.Log(5)];
        Assert.All(Likelihood.Softmax(scores).Zip([1 / 8.0, 2 / 8.0, 5 / 8.0]), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
        Assert.All(Likelihood.Softmax(scores, 0.5).Zip([1 / 30.0, 4 / 30.0, 25 / 30.0]), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
    }

    [Fact]
    public void Softmax_of_large_scores_does_not_overflow_and_of_minus_infinity_is_nothing() =>
        Assert.Equal([0, 0.5, 0.5], Likelihood.Softmax([float.NegativeInfinity, 1000, 1000]));

    [Fact]
    public void Draws_have_their_probabilities()
    {
        var (draws, counts) = (new RandomStream(5), new int[4]);
        for (var i = 0; i < 8000; i++) counts[Likelihood.Draw([0.125, 0, 0.25, 0.625], draws)]++;
        Assert.Equal(0, counts[1]);
        Assert.InRange(counts[0], 1000 - 120, 1000 + 120);   // a deviation is 30
        Assert.InRange(counts[2], 2000 - 160, 2000 + 160);   // 39
    }

    [Fact]
    public void What_rounding_leaves_over_belongs_to_the_last_that_is_possible() => Assert.Equal(1, Likelihood.Draw([1e-300, 1e-300, 0], new RandomStream(1)));
}
