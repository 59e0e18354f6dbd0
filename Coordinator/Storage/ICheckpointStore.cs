using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Coordinator.Storage;

/// <summary>Where the states of runs are kept between rounds. What is written is durable when the task ends, and is verified by its hash when it is
/// read. Thread-safe; every call is independent of the others.</summary>
public interface ICheckpointStore
{
    /// <summary>Writes the state after a round: complete or not at all, and flushed to the disk. The same arguments give the same file, whatever was
    /// there under its name.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="epoch">The writing coordinator's, at least 1. It is part of the name, so that two coordinators that both believe to own the run
    /// never write or delete the same file.</param>
    /// <param name="state">Parameters and slots; its round is part of the name.</param>
    /// <param name="cancellation">Gives up; nothing but a temporary file may be left.</param>
    /// <exception cref="IOException">It could not be written: disk full, no permission, folder gone. The message says which file, why, and what to
    /// do.</exception>
    /// <exception cref="ArgumentException">The run's id, the epoch or the round cannot be one; a value is NaN or infinite; a tensor's name or the
    /// number of tensors is more than a safetensors file can have. Nothing was written.</exception>
    Task<Checkpoint> WriteAsync(string run, ulong epoch, ServerState state, CancellationToken cancellation);

    /// <summary>Reads a checkpoint and verifies it.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="checkpoint">As <see cref="WriteAsync"/> gave it.</param>
    /// <param name="round">The round that it is of.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The state, or one sentence that names the file and says what is wrong with it: missing, torn, changed, not readable.</returns>
    /// <exception cref="IOException">The store itself could not be asked, such as a database that is away: nothing is known of the
    /// checkpoint.</exception>
    /// <exception cref="ArgumentException">The run's id cannot be one.</exception>
    Task<CheckpointRead> ReadAsync(string run, Checkpoint checkpoint, int round, CancellationToken cancellation);

    /// <summary>Deletes checkpoints that nobody needs any more. Those that are gone already are ignored.</summary>
    /// <exception cref="IOException">At least one could not be deleted; the others are.</exception>
    /// <exception cref="ArgumentException">The run's id or a name cannot be one. Nothing was deleted.</exception>
    Task DeleteAsync(string run, IReadOnlyCollection<string> names, CancellationToken cancellation);

    /// <summary>Deletes what coordinators of earlier epochs left behind of this run, whole files and torn ones, and leaves what is listed and what a
    /// coordinator of this or a later epoch wrote.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="epoch">The calling coordinator's.</param>
    /// <param name="kept">Names to leave.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">At least one could not be deleted; the others are.</exception>
    /// <exception cref="ArgumentException">The run's id cannot be one.</exception>
    Task SweepAsync(string run, ulong epoch, IReadOnlyCollection<string> kept, CancellationToken cancellation);
}

/// <summary>What reading a checkpoint gave.</summary>
/// <param name="State">Null when there is an error.</param>
/// <param name="Error">One sentence; "" when there is a state.</param>
public sealed record CheckpointRead(ServerState? State, string Error);
