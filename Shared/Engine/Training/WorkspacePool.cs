using System.Collections.Concurrent;

namespace Federated.Engine.Training;

/// <summary>Workspaces that are not in use; as many are made as calls run side by side. Thread-safe.</summary>
internal sealed class WorkspacePool(Func<Workspace> create) : IDisposable
{
    private readonly ConcurrentStack<Workspace> _idle = new();   // the last one used is the one still in the caches
    private volatile bool _disposed;

    /// <summary>Runs work with a workspace of its own, on the calling thread.</summary>
    /// <exception cref="ObjectDisposedException">The pool is closed.</exception>
    public T Use<T>(Func<Workspace, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        LibtorchSetup.Ensure();
        var workspace = _idle.TryPop(out var idle) ? idle : create();
        try
        {
            return work(workspace);
        }
        finally
        {
            _idle.Push(workspace);
            if (_disposed) Drain();   // closed meanwhile: whoever comes last cleans up
        }
    }

    /// <summary>Frees what is idle now, and each workspace in use when it comes back.</summary>
    public void Dispose()
    {
        _disposed = true;
        Drain();
    }

    private void Drain()
    {
        while (_idle.TryPop(out var workspace)) workspace.Dispose();
    }
}
