namespace Federated.Coordinator.Actors;

/// <summary>The points of a round that <see cref="RunsSettings.Reached"/> is told, in the order in which a round passes them.</summary>
public enum RunPoint
{
    /// <summary>An attempt has begun and has handed nothing out yet.</summary>
    Selecting,

    /// <summary>The cohort is drawn and its tasks are handed in.</summary>
    Training,

    /// <summary>An update has come and is not counted yet; several times a round.</summary>
    Receiving,

    /// <summary>The round has its updates and takes no more.</summary>
    Aggregating,

    /// <summary>The new parameters are known and nothing of them is written.</summary>
    WritingCheckpoint,

    /// <summary>The checkpoint is on the disk and the journal does not name it.</summary>
    CheckpointWritten,

    /// <summary>The journal has the commit and nobody has been told of it.</summary>
    Journalled,
}
