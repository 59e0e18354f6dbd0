using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Models;

public sealed class InitialParametersTests
{
    private static readonly ModelPlan Plan = ModelPlanner.Plan(new ModelSpec
    {
        Layers =
        [
            new DenseLayer { Units = 4 }, new BatchNormLayer(), new DenseLayer { Units = 1 },
        ],
    }, DataShape.ForClasses([2], 1)).Plan!;

    [Fact]
    public void Draws_are_those_of_an_independent_implementation()
    {
        // SHA-256, SplitMix64 and xoshiro256** written anew in Python; the limit is √(6 / (2 + 4)) = 1.
        var values = InitialParameters.Draw(Plan, 42).Values.Span;
        Assert.Equal([-0.8249472975730896f, 0.35183313488960266f, 0.6238675713539124f], values[..3].ToArray());
    }

    [Fact]
    public void Biases_are_zero_and_normalisation_starts_as_the_identity()
    {
        var values = InitialParameters.Draw(Plan, 42).Values.ToArray();
        Assert.Equal([0, 0, 0, 0], values[8..12]);                // 1.bias
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0], values[12..20]);   // 2.weight, 2.bias
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], values[20..28]);   // 2.running_mean, 2.running_var
        Assert.Equal(0, values[^1]);
    }

    [Fact]
    public void Convolution_counts_the_positions_of_its_kernel()
    {
        var plan = ModelPlanner.Plan(new ModelSpec { Layers = [new Conv2dLayer { Filters = 40, Kernel = 5 }, new FlattenLayer(), new DenseLayer { Units = 1 }] }, DataShape.ForClasses([20, 5, 5], 1)).Plan!;
        var weights = InitialParameters.Draw(plan, 1).Values.ToArray()[..(40 * 20 * 25)];
        var limit = Math.Sqrt(6.0 / (25 * (20 + 40)));   // 0.0632
        Assert.InRange(weights.Max(), 0.999 * limit, limit);
        Assert.InRange(weights.Min(), -limit, -0.999 * limit);
        Assert.InRange(weights.Average(), -0.02 * limit, 0.02 * limit);   // 5 standard deviations
    }

    [Theory]
    [InlineData(Initializer.GlorotUniform, 2.0 / (36 + 72), true)]
    [InlineData(Initializer.GlorotNormal, 2.0 / (36 + 72), false)]
    [InlineData(Initializer.HeUniform, 2.0 / 36, true)]
    [InlineData(Initializer.HeNormal, 2.0 / 36, false)]
    [InlineData(Initializer.LecunUniform, 1.0 / 36, true)]
    [InlineData(Initializer.LecunNormal, 1.0 / 36, false)]
    public void Initializer_has_its_variance_and_its_kind_of_tail(Initializer initializer, double variance, bool isUniform)
    {
        // Fan in: the 4 channels of a group times 9 positions; fan out: 8 filters times 9.
        ImmutableArray<LayerSpec> layers =
            [new Conv2dLayer { Filters = 8, Groups = 2, Initializer = initializer }, new FlattenLayer(), new DenseLayer { Units = 1 }];
        var plan = ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses([8, 3, 3], 1)).Plan!;
        var weights = Enumerable.Range(0, 400).SelectMany(seed => InitialParameters.Draw(plan, (ulong)seed).Values.ToArray()[..(8 * 4 * 9)]).ToArray();

        var (mean, deviation) = (weights.Average(), Math.Sqrt(variance));
        Assert.Equal(0, mean, 0.02 * deviation);   // 115,200 draws: 6 standard errors
        Assert.Equal(1, weights.Average(weight => weight * weight) / variance, 0.03);
        // A uniform draw is never beyond √3 standard deviations, a normal one 8.3 % of the time.
        Assert.Equal(isUniform ? 0 : 0.0833, weights.Count(weight => Math.Abs(weight) > Math.Sqrt(3) * deviation * 1.000001) / (double)weights.Length, 0.005);
    }

    [Fact]
    public void Zeros_are_zeros()
    {
        ImmutableArray<LayerSpec> layers = [new DenseLayer { Units = 3, Initializer = Initializer.Zeros }];
        Assert.All(InitialParameters.Draw(ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses([2], 3)).Plan!, 1).Values.ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Another_seed_or_tensor_draws_otherwise()
    {
        var values = InitialParameters.Draw(Plan, 42).Values.ToArray();
        Assert.NotEqual(values[..8], InitialParameters.Draw(Plan, 43).Values.ToArray()[..8]);
        Assert.NotEqual(values[..4], values[28..32]);
    }
}
