using Federated.Core.Algorithms;

namespace Federated.Core.Rounds;

/// <summary>What a round keeps of an accepted update besides its part in the sum.</summary>
/// <param name="Examples">Its weight, at least 1.</param>
/// <param name="Training">Sums over the local training.</param>
/// <param name="Validation">Of the round's starting parameters on the client's validation share; null without one.</param>
/// <param name="ComputeSeconds">Time that the client computed.</param>
public sealed record UpdateFacts(long Examples, MetricSums Training, MetricSums? Validation, double ComputeSeconds);

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
