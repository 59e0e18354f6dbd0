namespace Federated.Core.Jobs;

/// <summary>The client's optimiser.</summary>
public sealed record OptimizerSpec
{
    /// <value>Which one.</value>
    [JobField("sgd: stochastic gradient descent. adam: Kingma and Ba 2015. adamw: Loshchilov and Hutter 2019. rmsprop: Tieleman and Hinton 2012. "
        + "adagrad: Duchi et al. 2011.")]
    public OptimizerName Name { get; init; } = OptimizerName.Sgd;

    /// <value>Client learning rate.</value>
    [JobField("Client learning rate.", ExclusiveMinimum = 0, Maximum = 1e6)]
    public double LearningRate { get; init; } = 0.05;

    /// <value>How the learning rate changes.</value>
    [JobField("How the learning rate changes over rounds, or over a client's steps.")]
    public ScheduleSpec Schedule { get; init; } = new();

    /// <value>sgd and rmsprop: momentum.</value>
    [JobField("Momentum.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "sgd", "rmsprop")]
    public double Momentum { get; init; }

    /// <value>sgd: Nesterov momentum, with momentum above 0.</value>
    [JobField("Nesterov momentum; needs momentum above 0.")]
    [AppliesWhen("training.optimizer.name", "sgd")]
    public bool Nesterov { get; init; }

    /// <value>adamw: decoupled; all others: added to the gradient.</value>
    [JobField("Weight decay on all that is trained, biases too: added to the gradient as weight_decay * w; adamw decouples it.", Minimum = 0, Maximum = 1e6)]
    public double WeightDecay { get; init; }

    /// <value>adam and adamw: decay of the first moment.</value>
    [JobField("Decay of the running mean of gradients.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "adam", "adamw")]
    public double Beta1 { get; init; } = 0.9;

    /// <value>adam and adamw: decay of the second moment.</value>
    [JobField("Decay of the running mean of squared gradients.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "adam", "adamw")]
    public double Beta2 { get; init; } = 0.999;

    /// <value>rmsprop: decay of the mean square.</value>
    [JobField("Decay of the running mean of squared gradients.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("training.optimizer.name", "rmsprop")]
    public double Alpha { get; init; } = 0.99;

    /// <value>All but sgd: keeps the step's denominator above 0.</value>
    [JobField("Keeps the step's denominator above 0.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("training.optimizer.name", "sgd", Not = true)]
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

    /// <summary>Tieleman and Hinton 2012.</summary>
    [JobKey("rmsprop")]
    RmsProp,

    /// <summary>Duchi et al. 2011.</summary>
    Adagrad,
}
