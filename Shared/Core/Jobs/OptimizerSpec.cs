namespace Federated.Core.Jobs;

/// <summary>The client's optimiser.</summary>
public sealed record OptimizerSpec
{
    /// <value>Which one.</value>
    [JobField("sgd: stochastic gradient descent. adam: Kingma and Ba 2015. adamw: Loshchilov and Hutter 2019.")]
    public OptimizerName Name { get; init; } = OptimizerName.Sgd;

    /// <value>Client learning rate.</value>
    [JobField("Client learning rate.", ExclusiveMinimum = 0, Maximum = 1e6)]
    public double LearningRate { get; init; } = 0.05;

    /// <value>sgd: momentum.</value>
    [JobField("Momentum.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "sgd")]
    public double Momentum { get; init; }

    /// <value>sgd: Nesterov momentum, with momentum above 0.</value>
    [JobField("Nesterov momentum; needs momentum above 0.")]
    [AppliesWhen("training.optimizer.name", "sgd")]
    public bool Nesterov { get; init; }

    /// <value>sgd and adam: added to the gradient; adamw: decoupled.</value>
    [JobField("Weight decay: sgd and adam add it to the gradient, adamw decouples it.", Minimum = 0, Maximum = 1e6)]
    public double WeightDecay { get; init; }

    /// <value>adam and adamw: decay of the first moment.</value>
    [JobField("Decay of the running mean of gradients.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "adam", "adamw")]
    public double Beta1 { get; init; } = 0.9;

    /// <value>adam and adamw: decay of the second moment.</value>
    [JobField("Decay of the running mean of squared gradients.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "adam", "adamw")]
    public double Beta2 { get; init; } = 0.999;

    /// <value>adam and adamw: keeps the step's denominator above 0.</value>
    [JobField("Keeps the step's denominator above 0.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("training.optimizer.name", "adam", "adamw")]
    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>Client optimisers.</summary>
public enum OptimizerName
{
    /// <summary>Stochastic gradient descent with momentum, Nesterov momentum and weight decay.</summary>
    Sgd,

    /// <summary>Kingma and Ba 2015.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2019.</summary>
    [JobKey("adamw")]
    AdamW,
}
