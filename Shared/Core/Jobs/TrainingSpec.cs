namespace Federated.Core.Jobs;

/// <summary>What a client does in a round.</summary>
public sealed record TrainingSpec
{
    /// <value>Passes over the client's data a round.</value>
    [JobField("Passes over the client's data a round.", Minimum = 1, Maximum = 10_000)]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true, DefaultIsFine = true)]
    public int Epochs { get; init; } = 1;

    /// <value>Examples a step.</value>
    [JobField("Examples a step.", Minimum = 1, Maximum = 1_000_000)]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public int BatchSize { get; init; } = 32;

    /// <value>What is minimised.</value>
    [JobField("cross_entropy: softmax cross-entropy over class scores. mse: mean squared error; with classes, against the one-hot label.")]
    public Loss Loss { get; init; } = Loss.CrossEntropy;

    /// <value>The optimiser; it starts afresh every round.</value>
    [JobField("The client's optimiser; it starts afresh every round.")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public OptimizerSpec Optimizer { get; init; } = new();

    /// <value>Upper bound on the gradient's global L2 norm; null for none.</value>
    [JobField("Upper bound on the global L2 norm of each step's gradient.", ExclusiveMinimum = 0, Maximum = 1e9, DefaultInWords = "no bound")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public double? ClipNorm { get; init; }
}

/// <summary>Losses.</summary>
public enum Loss
{
    /// <summary>Softmax cross-entropy over class scores.</summary>
    CrossEntropy,

    /// <summary>Mean squared error; with classes, against the one-hot label.</summary>
    Mse,
}
