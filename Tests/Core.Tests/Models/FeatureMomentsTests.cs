using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Models;

public sealed class FeatureMomentsTests
{
    private static readonly ParameterSchema Schema = new([new("1.mean", [2], Trainable: false), new("1.variance", [2], Trainable: false), new("2.weight", [1, 2])]);

    [Fact]
    public void Sum_of_two_clients_has_mean_and_variance_of_all_values()
    {
        // 1, 2, 6 and 3, 8: by hand, mean 20 / 5 = 4, and 9 + 4 + 4 + 1 + 16 = 34.
        var both = new FeatureMoments([3], [9], [14]) + new FeatureMoments([2], [11], [12.5]);
        Assert.Equal(5, both.Counts[0]);
        Assert.Equal(4, both.Mean(0));
        Assert.Equal(34 / 5.0, both.Variance(0), 1e-12);
    }

    [Fact]
    public void Large_mean_leaves_the_variance_its_digits()
    {
        // 1e9 + 1, 1e9 + 3 and 1e9 + 5, 1e9 + 7: the variance of 1, 3, 5, 7 is 5. A difference of sums of squares, of about 4e18 with 16 digits, would be off by hundreds.
        var both = new FeatureMoments([2], [2e9 + 4], [2]) + new FeatureMoments([2], [2e9 + 12], [2]);
        Assert.Equal(5, both.Variance(0), 1e-9);
    }

    [Fact]
    public void Client_without_a_value_of_a_feature_changes_nothing()
    {
        var known = new FeatureMoments([2, 0], [6, 0], [8, 0]);
        var both = FeatureMoments.None(2) + known;
        Assert.Equal((3.0, 4.0), (both.Mean(0), both.Variance(0)));
        Assert.Throws<InvalidOperationException>(() => both.Mean(1));
        Assert.Throws<InvalidOperationException>(() => both.Variance(1));
    }

    [Fact]
    public void Different_numbers_of_features_do_not_add_up() =>
        Assert.Throws<ArgumentException>(() => FeatureMoments.None(2) + FeatureMoments.None(3));

    [Fact]
    public void Filled_parameters_have_mean_and_variance_and_all_else_as_before()
    {
        var filled = Standardisation.Of(Schema)!.Fill(new(Schema, [0, 0, 1, 1, 7, 8]), new([4, 0], [10, 0], [9, 0]));
        Assert.Equal([2.5f, 0f, 2.25f, 1f, 7f, 8f], filled.Values.ToArray());   // the second feature has no value: 0 and 1 stay
    }

    [Fact]
    public void What_float32_cannot_hold_is_refused()
    {
        var start = new ParameterVector(Schema, [0, 0, 1, 1, 7, 8]);
        var error = Assert.Throws<ArgumentException>(() => Standardisation.Of(Schema)!.Fill(start, new([2, 1], [1, 1], [1e60, 0])));
        Assert.Contains("feature 0 (counted from 0) are too large", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Standardisation.Of(Schema)!.Fill(start, FeatureMoments.None(3)));
    }

    [Fact]
    public void Model_without_the_layer_has_nothing_to_fill() =>
        Assert.Null(Standardisation.Of(new([new("1.weight", [2]), new("1.running_mean", [2], Trainable: false), new("1.running_var", [2], Trainable: false)])));
}
