using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>Neural matrix factorisation, NeuMF (He et al. 2017, "Neural Collaborative Filtering", arXiv:1708.05031, equation 12): [2] symbols (user, item)
/// to [1], the score before the sigmoid. A generalised matrix factorisation (equation 9) and a perceptron on the concatenated vectors (equation 10) with
/// vectors of their own, fused by one dense layer.</summary>
public sealed record NeumfLayer : LayerSpec
{
    /// <value>Predictive factors of each half.</value>
    [JobField("Predictive factors: the size of the factorisation's vectors and of the perceptron's last layer.", Minimum = 1, Maximum = 65_536)]
    public int Factors { get; init; } = 8;

    /// <value>Hidden layers of the perceptron.</value>
    [JobField("Hidden layers of the perceptron. The last has as many units as factors, each one before it twice as many as the next, and the two vectors going in, "
        + "concatenated, twice as many as the first.", Minimum = 1, Maximum = 10)]
    public int Hidden { get; init; } = 2;

    /// <value>Standard deviation of the first vectors.</value>
    [JobField("Standard deviation of the normal distribution that users' and items' first vectors are drawn from.", ExclusiveMinimum = 0, Maximum = 100)]
    public double Deviation { get; init; } = 0.01;
}

/// <summary>Two towers: a vector for the user and one for the item, each through a hidden layer with relu and a linear one, scored by their dot product:
/// [2] symbols (user, item) to [1]. The general form is that of Yi et al. 2019, "Sampling-bias-corrected neural modeling", section 3.</summary>
public sealed record TwoTowerLayer : LayerSpec
{
    /// <value>Size of the vectors and of the towers' outputs.</value>
    [JobField("Size of the users' and items' vectors and of what the towers give.", Minimum = 1, Maximum = 65_536)]
    public int Factors { get; init; } = 16;

    /// <value>Units of each tower's hidden layer.</value>
    [JobField("Units of each tower's hidden layer.", Minimum = 1, Maximum = 65_536)]
    public int Hidden { get; init; } = 32;

    /// <value>Standard deviation of the first vectors.</value>
    [JobField("Standard deviation of the normal distribution that users' and items' first vectors are drawn from.", ExclusiveMinimum = 0, Maximum = 100)]
    public double Deviation { get; init; } = 0.01;
}
