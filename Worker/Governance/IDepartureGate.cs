using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Worker.Governance;

/// <summary>Everything that leaves a worker passes here before it does. Thread-safe.</summary>
internal interface IDepartureGate : IAsyncDisposable
{
    /// <summary>Why a node may not be this worker's coordinator; null where it may.</summary>
    /// <param name="host">Host of its cluster address; null for a node in the same actor system.</param>
    /// <param name="transferAddress">URL of its transfer service.</param>
    string? CheckCoordinator(string? host, string transferAddress);

    /// <summary>Takes part in a run, or does not.</summary>
    /// <param name="run">The run's id.</param>
    /// <param name="job">As this worker has read it: what protects the run's updates is read from here and from nothing else.</param>
    /// <exception cref="Engine.EngineException">The policy does not allow the job; the message has every reason, and another worker may allow it.</exception>
    void Admit(string run, JobSpec job);

    /// <summary>Why a task is not done here; null where it is. Asked before anything is computed.</summary>
    string? CheckTask(TaskId id);

    /// <summary>Lets something go: it may leave once the returned task has ended, and must not when it fails.</summary>
    /// <param name="departure">What. The same again, to the same place, is let go without another word.</param>
    /// <param name="to">Where.</param>
    /// <returns>Fails with <see cref="DepartureRefusedException"/> where the policy does not allow it, which is final, and with
    /// <see cref="Records.RecordException"/> where it could not be written down, which may pass.</returns>
    Task LetGoAsync(Departure departure, string to);
}

/// <summary>The policy does not let something leave.</summary>
/// <param name="reason">A sentence.</param>
internal sealed class DepartureRefusedException(string reason) : Exception(reason);
