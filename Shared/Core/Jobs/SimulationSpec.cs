namespace Federated.Core.Jobs;

/// <summary>What a simulation does to its clients, to see what a run bears. Only a simulation has it.</summary>
public sealed record SimulationSpec
{
    /// <value>Probability that a client drops out of a round.</value>
    [JobField("Probability that a client drops out of an attempt of a round after it has trained; only `federated run` accepts another value than 0. With secure aggregation it drops out before it advertises its keys, after it has "
        + "shared them, or after it has masked, each as likely. Drawn by the seed.", Minimum = 0, ExclusiveMaximum = 1)]
    public double DropOut { get; init; }
}
