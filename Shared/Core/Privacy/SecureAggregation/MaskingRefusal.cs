namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>Why a message of secure aggregation is not taken. The coordinator refuses a client's message and goes on without it; a client that refuses the coordinator's message takes no further part in the attempt.</summary>
public enum MaskingRefusal
{
    /// <summary>The client was not asked, or is no part of the attempt any more.</summary>
    NotInCohort,

    /// <summary>Answered already, with the same content. Harmless: a stream was opened again.</summary>
    Repeated,

    /// <summary>Answered already, with other content.</summary>
    Contradiction,

    /// <summary>The phase is over, or its deadline has passed.</summary>
    Closed,

    /// <summary>The phase has not begun, or a step before this one is missing.</summary>
    TooEarly,

    /// <summary>A public key is no point of the curve, or both keys of a client are one.</summary>
    BadKey,

    /// <summary>A signature is missing, is no signature of that client, or signs something else.</summary>
    BadSignature,

    /// <summary>A client whose identity is not known here.</summary>
    UnknownIdentity,

    /// <summary>A client that is not a neighbour, or a share of somebody that was not asked for.</summary>
    UnknownPeer,

    /// <summary>A client is named twice, or a needed one is missing.</summary>
    WrongPeers,

    /// <summary>Degree, threshold or number of clients are not those of the job.</summary>
    WrongShape,

    /// <summary>Fewer clients than the threshold or the job's minimum.</summary>
    TooFew,

    /// <summary>A sealed share does not open: it was changed, or is of another attempt or another pair.</summary>
    BadSeal,

    /// <summary>A share is no element of the field, or has the wrong length.</summary>
    BadShare,

    /// <summary>A masked vector has the wrong length, or bits where there are none.</summary>
    BadVector,

    /// <summary>The list of survivors leaves out the client that is to agree to it.</summary>
    NotIncluded,
}

/// <summary>A value, or why there is none.</summary>
/// <param name="Value">Null when refused.</param>
/// <param name="Refusal">Null when there is a value.</param>
/// <param name="Detail">One sentence that names who and what; "" with a value. Holds no secret.</param>
public readonly record struct MaskingResult<T>(T? Value, MaskingRefusal? Refusal, string Detail)
    where T : class
{
    /// <summary>A value.</summary>
    public static implicit operator MaskingResult<T>(T value) => new(value, null, "");

    /// <summary>A refusal.</summary>
    public static implicit operator MaskingResult<T>(Refused refused) => new(null, refused.Reason, refused.Detail);
}

/// <summary>A refusal with its sentence.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Detail">One sentence that names who and what.</param>
public readonly record struct Refused(MaskingRefusal Reason, string Detail);
