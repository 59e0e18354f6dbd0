namespace Federated.Core.Jobs;

/// <summary>How the client learning rate changes.</summary>
public sealed record ScheduleSpec
{
    /// <value>The way.</value>
    [JobField("constant: no change. step: times factor, every so many rounds or steps. exponential: the same fall, but smooth. linear: evenly down to minimum. "
        + "cosine: half a cosine down to minimum (Loshchilov and Hutter 2017, equation 5, without restarts).")]
    public ScheduleKind Kind { get; init; } = ScheduleKind.Constant;

    /// <value>What is counted.</value>
    [JobField("rounds: the rate of a round is the same for all of its steps. steps: it changes within a round, and every round begins anew.")]
    public ScheduleUnit Over { get; init; } = ScheduleUnit.Rounds;

    /// <value>First rounds or steps, in which the rate grows evenly towards the full one.</value>
    [JobField("First rounds or steps, in which the rate grows evenly: the n-th of them has n / (warm_up + 1) of the full rate.", Minimum = 0, Maximum = 1_000_000)]
    public int WarmUp { get; init; }

    /// <value>step and exponential: rounds or steps in which the rate falls by the factor.</value>
    [JobField("Rounds or steps in which the rate falls by the factor.", Minimum = 1, Maximum = 1_000_000)]
    [AppliesWhen("training.optimizer.schedule.kind", "step", "exponential")]
    public int Every { get; init; } = 10;

    /// <value>step and exponential: what the rate is multiplied by.</value>
    [JobField("What the rate is multiplied by.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("training.optimizer.schedule.kind", "step", "exponential")]
    public double Factor { get; init; } = 0.1;

    /// <value>The rate below which the schedule does not go; at most the learning rate.</value>
    [JobField("The learning rate below which the schedule does not go, warm-up apart.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("training.optimizer.schedule.kind", "constant", Not = true)]
    public double Minimum { get; init; }
}

/// <summary>Ways in which a learning rate changes.</summary>
public enum ScheduleKind
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>By a factor, every so often.</summary>
    Step,

    /// <summary>By a factor, smoothly.</summary>
    Exponential,

    /// <summary>Evenly down to the minimum.</summary>
    Linear,

    /// <summary>Half a cosine down to the minimum: Loshchilov and Hutter 2017.</summary>
    Cosine,
}

/// <summary>What a schedule counts.</summary>
public enum ScheduleUnit
{
    /// <summary>The run's rounds.</summary>
    Rounds,

    /// <summary>A client's steps within a round.</summary>
    Steps,
}
