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

    /// <value>What is minimised; null for the data's own loss, see <see cref="LossFit.Of"/>.</value>
    [JobField("cross_entropy: softmax cross-entropy over class scores. mse: mean squared error; with classes, against the one-hot label. "
        + "mae: mean absolute error. huber: squared up to huber_delta, linear beyond (Huber 1964).",
        DefaultInWords = "the data's own: cross_entropy for classes, mse for numbers")]
    public Loss? Loss { get; init; }

    /// <value>huber: the error from which on the loss is linear.</value>
    [JobField("The error from which on the loss is linear, in units of the target.", ExclusiveMinimum = 0, Maximum = 1e9)]
    [AppliesWhen("training.loss", "huber")]
    public double HuberDelta { get; init; } = 1;

    /// <value>cross_entropy: share of the label's weight that is spread evenly over all classes, in training only.</value>
    [JobField("Share of the label's weight that is spread evenly over all classes (Szegedy et al. 2016); training only, evaluation has the plain loss.",
        Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.loss", "mse", "mae", "huber", Not = true, DefaultIsFine = true)]
    public double LabelSmoothing { get; init; }

    /// <value>cross_entropy: a weight a class, in training only; null for 1 each.</value>
    [JobField("Weight of each class in the loss, in the order of the classes; training only, evaluation has the plain loss.",
        ExclusiveMinimum = 0, Maximum = 1e6, DefaultInWords = "1 each")]
    [AppliesWhen("training.loss", "mse", "mae", "huber", Not = true)]
    public NumberList? ClassWeights { get; init; }

    /// <value>cross_entropy: each client weighs its classes by its own labels, instead of <see cref="ClassWeights"/>.</value>
    [JobField("Instead of class_weights: each client weighs its classes by its own training labels, n / (classes * n of the class), so that all count the same.")]
    [AppliesWhen("training.loss", "mse", "mae", "huber", Not = true, DefaultIsFine = true)]
    public bool BalanceClasses { get; init; }

    /// <value>The optimiser; it starts afresh every round.</value>
    [JobField("The client's optimiser; it starts afresh every round.")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public OptimizerSpec Optimizer { get; init; } = new();

    /// <value>Upper bound on the gradient's global L2 norm; null for none.</value>
    [JobField("Upper bound on the global L2 norm of each step's gradient.", ExclusiveMinimum = 0, Maximum = 1e9, DefaultInWords = "no bound")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public double? ClipNorm { get; init; }

    /// <value>Upper bound on the magnitude of each of the gradient's values; null for none.</value>
    [JobField("Upper bound on the magnitude of every value of each step's gradient; with clip_norm, this comes first.",
        ExclusiveMinimum = 0, Maximum = 1e9, DefaultInWords = "no bound")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public double? ClipValue { get; init; }

    /// <value>Penalty l1 * Σ |w| over weights.</value>
    [JobField("Penalty l1 * sum |w|: adds l1 * sign(w) to the gradient of weights, not of biases and normalisation.", Minimum = 0, Maximum = 1e6)]
    public double L1 { get; init; }

    /// <value>Penalty l2 * Σ w² over weights.</value>
    [JobField("Penalty l2 * sum w^2: adds 2 * l2 * w to the gradient of weights, not of biases and normalisation.", Minimum = 0, Maximum = 1e6)]
    public double L2 { get; init; }

    /// <value>Epochs without a lower validation loss after which a client stops; null for none.</value>
    [JobField("Epochs without a lower loss on the client's validation share after which it stops for this round; it then returns the parameters of its best epoch.",
        Minimum = 1, Maximum = 10_000, DefaultInWords = "all epochs")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public int? Patience { get; init; }

    /// <value>Of the factors of products in training; all else is float32.</value>
    [JobField("Numbers that training multiplies matrices and convolves in. float32. bfloat16: half the bytes, 8 significant bits, faster where the device has units for "
        + "it; parameters, sums, normalisation, softmax, recurrent layers, the loss and evaluation stay float32 (Micikevicius et al. 2018).")]
    public TrainingPrecision Precision { get; init; }

    /// <value>Changes to the examples of each step.</value>
    [JobField("How examples are changed each time a step sees them, drawn by the seed; evaluation sees them as they are.")]
    [AppliesWhen("federation.algorithm.name", "fedsgd", Not = true)]
    public AugmentationSpec Augmentation { get; init; } = new();
}

/// <summary>Numbers of products in training.</summary>
public enum TrainingPrecision
{
    /// <summary>24 significant bits.</summary>
    Float32,

    /// <summary>8 significant bits, the range of float32.</summary>
    Bfloat16,
}

/// <summary>Losses.</summary>
public enum Loss
{
    /// <summary>Softmax cross-entropy over class scores.</summary>
    CrossEntropy,

    /// <summary>Mean squared error; with classes, against the one-hot label.</summary>
    Mse,

    /// <summary>Mean absolute error.</summary>
    Mae,

    /// <summary>Squared for small errors, linear for large ones.</summary>
    Huber,
}
