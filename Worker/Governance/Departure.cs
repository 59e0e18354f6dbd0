using Federated.Core.Jobs;

namespace Federated.Worker.Governance;

/// <summary>What leaves a worker.</summary>
public enum DepartureKind
{
    /// <summary>The worker's name, its labels and the names of its clients.</summary>
    Hello,

    /// <summary>A run's first parameters and a description of the data: clients with their numbers of examples, names of classes.</summary>
    InitialParameters,

    /// <summary>What a client learnt, not masked.</summary>
    Update,

    /// <summary>What a client learnt, masked.</summary>
    MaskedUpdate,

    /// <summary>Measurements of a model on examples.</summary>
    Metrics,

    /// <summary>Sums over the features of a client.</summary>
    Moments,

    /// <summary>That a task failed, and perhaps why.</summary>
    Failure,

    /// <summary>Public keys of a client for a masked round.</summary>
    KeyAdvertisement,

    /// <summary>Shares of a client's secrets for its neighbours, sealed for them.</summary>
    SealedShares,

    /// <summary>A client's signature under the list of survivors.</summary>
    Confirmation,

    /// <summary>Shares of other clients' secrets that unmask a sum.</summary>
    UnmaskingShares,
}

/// <summary>Something that is about to leave.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Its size: message and payload, without what the transport adds.</param>
/// <param name="Sha256">Of the payload where there is one (values of an update as they are sent), else of the message; lower-case hexadecimal.</param>
public sealed record Departure(DepartureKind Kind, long Bytes, string Sha256)
{
    /// <value>The run; empty for none.</value>
    public string Run { get; init; } = "";

    /// <value>The round; 0 for none.</value>
    public int Round { get; init; }

    /// <value>The attempt of the round; 0 for none.</value>
    public int Attempt { get; init; }

    /// <value>The client; empty for none.</value>
    public string Client { get; init; } = "";

    /// <value>What is told beside the payload, in words without values: "examples", "loss of the training".</value>
    public TextList Told { get; init; } = [];

    /// <value>For people: the reason of a failure.</value>
    public string Note { get; init; } = "";
}
