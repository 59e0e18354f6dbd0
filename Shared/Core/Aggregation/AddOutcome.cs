namespace Federated.Core.Aggregation;

/// <summary>What became of an update that was offered to <see cref="ExactMean"/>.</summary>
public enum AddOutcome
{
    /// <summary>It counts.</summary>
    Added = 0,

    /// <summary>NaN or infinity among the values. Nothing has changed.</summary>
    NotFinite = 1,

    /// <summary>The weight, or a value times the weight, is outside the range of the sums. Nothing has changed.</summary>
    OutOfRange = 2,

    /// <summary>The mean has taken as many updates as it can. Nothing has changed.</summary>
    Full = 3,

    /// <summary>It is longer than the job's differential privacy allows. Nothing has changed.</summary>
    TooLong = 4,
}
