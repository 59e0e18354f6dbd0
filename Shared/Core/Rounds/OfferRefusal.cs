namespace Federated.Core.Rounds;

/// <summary>Why a round does not take an update.</summary>
public enum OfferRefusal
{
    /// <summary>It is of another round.</summary>
    WrongRound,

    /// <summary>It is of another attempt of this round.</summary>
    WrongAttempt,

    /// <summary>The client was not asked.</summary>
    NotInCohort,

    /// <summary>The client's update is counted, or is being counted, already.</summary>
    Duplicate,

    /// <summary>The round has its updates, or its deadline has passed.</summary>
    Closed,

    /// <summary>The update rests on no examples.</summary>
    NoExamples,

    /// <summary>It started from a version that is too old by now.</summary>
    TooStale,
}

/// <summary>What a round does next.</summary>
public enum RoundVerdict
{
    /// <summary>Wait for more.</summary>
    Continue,

    /// <summary>Aggregate what is there.</summary>
    Close,

    /// <summary>Give up.</summary>
    Fail,
}

/// <summary>What a round does next, and why when it gives up.</summary>
/// <param name="Verdict">What.</param>
/// <param name="Reason">One sentence; "" unless it fails.</param>
public readonly record struct RoundDecision(RoundVerdict Verdict, string Reason);
