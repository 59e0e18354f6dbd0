using System.Diagnostics.CodeAnalysis;
using Federated.Core.Jobs;
using Federated.Engine;

namespace Federated.Worker.Tasks;

/// <summary>A run's engine together with the number of threads that are inside it, so that it is disposed of when the run is closed and the last has
/// left.
/// Thread-safe.</summary>
internal sealed class SharedRunEngine(JobSpec job, IRunEngine engine)
{
    private readonly Lock _gate = new();
    private int _users;
    private bool _closed;

    /// <summary>The job that it was opened for.</summary>
    public JobSpec Job { get; } = job;

    /// <summary>Takes part; every success needs an <see cref="Exit"/>.</summary>
    /// <returns>False when the run is closed.</returns>
    public bool TryEnter([NotNullWhen(true)] out IRunEngine? entered)
    {
        lock (_gate)
        {
            entered = _closed ? null : engine;
            if (entered is not null) _users++;
            return entered is not null;
        }
    }

    /// <summary>Ends what <see cref="TryEnter"/> began.</summary>
    public void Exit()
    {
        bool last;
        lock (_gate) last = --_users == 0 && _closed;
        if (last) engine.Dispose();
    }

    /// <summary>Lets nobody in any more; the engine goes with the last one inside. More than once does no harm.</summary>
    public void Close()
    {
        bool last;
        lock (_gate)
        {
            last = !_closed && _users == 0;
            _closed = true;
        }
        if (last) engine.Dispose();
    }
}
