namespace Federated.Coordinator.Actors;

/// <summary>Points of a round that are told to whoever traces it. Each of them is a moment at which the coordinator may die without harm.</summary>
public enum RunPoint
{
    /// <summary>An attempt begins; its cohort is not durable yet.</summary>
    Selecting,

    /// <summary>The cohort is durable and its tasks are handed in.</summary>
    Training,

    /// <summary>An update has arrived whole and is about to be counted.</summary>
    Receiving,

    /// <summary>The updates are in; the mean and the server's step come next.</summary>
    Aggregating,

    /// <summary>The checkpoint is about to be written.</summary>
    WritingCheckpoint,

    /// <summary>The checkpoint is durable; the journal does not know it yet.</summary>
    CheckpointWritten,

    /// <summary>The round is in the journal; nobody was told yet.</summary>
    Journalled,
}
