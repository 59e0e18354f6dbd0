namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>Phases of one attempt of a masked round, in their order; failure may follow each of those before Aggregating.</summary>
public enum MaskedPhase
{
    /// <summary>The cohort is not drawn yet.</summary>
    Selecting,

    /// <summary>Clients train and, once done, advertise their keys: U1.</summary>
    Training,

    /// <summary>Clients share their secrets with their neighbours: U2.</summary>
    Sharing,

    /// <summary>Masked vectors are taken: U3.</summary>
    Masking,

    /// <summary>Survivors sign the list of survivors; with identities only: U4.</summary>
    Confirming,

    /// <summary>Shares are taken that open the masks of the sum: U5.</summary>
    Unmasking,

    /// <summary>Masks are taken out of the sum.</summary>
    Aggregating,

    /// <summary>The attempt is given up; nothing was unmasked.</summary>
    Failed,
}

/// <summary>What a masked round does next.</summary>
public enum MaskedVerdict
{
    /// <summary>Wait for more.</summary>
    Continue,

    /// <summary>Go to the next phase.</summary>
    Advance,

    /// <summary>Give up.</summary>
    Fail,
}

/// <summary>What a masked round does next, and why when it gives up.</summary>
/// <param name="Verdict">What.</param>
/// <param name="Reason">One sentence; "" unless it fails.</param>
public readonly record struct MaskedDecision(MaskedVerdict Verdict, string Reason);

/// <summary>What became of a message.</summary>
/// <param name="State">The next state; the same one where the message was refused.</param>
/// <param name="Refused">Null when it was taken.</param>
public readonly record struct MaskedStep(MaskedRoundState State, Refused? Refused);
