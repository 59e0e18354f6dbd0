namespace Federated.Coordinator.Grpc;

/// <summary>Keeps arrays of the models' sizes from one upload to the next: a fresh array of 100 MB costs page faults, and a full collection to get rid of. <see cref="System.Buffers.ArrayPool{T}"/> would round sizes up to powers of two and never let go of them. Thread-safe.</summary>
internal sealed class BufferPool : IDisposable
{
    private readonly object _lock = new();
    private readonly LinkedList<float[]> _idle = [];
    private readonly int _capacity;
    private readonly TimeSpan _keep;
    private readonly ITimer _timer;

    /// <param name="capacity">Most arrays that are kept.</param>
    /// <param name="keep">How long they are kept after the last return.</param>
    /// <param name="time">The clock.</param>
    public BufferPool(int capacity, TimeSpan keep, TimeProvider time)
    {
        (_capacity, _keep) = (capacity, keep);
        _timer = time.CreateTimer(_ => Clear(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Arrays that wait for the next upload.</summary>
    public int Idle
    {
        get { lock (_lock) return _idle.Count; }
    }

    /// <summary>An array of exactly this length, with undefined contents.</summary>
    public float[] Rent(int length)
    {
        lock (_lock)
        {
            for (var node = _idle.First; node is not null; node = node.Next)
            {
                if (node.Value.Length != length) continue;
                _idle.Remove(node);
                return node.Value;
            }
        }
        return GC.AllocateUninitializedArray<float>(length);
    }

    /// <summary>Takes an array back. The one that has waited longest makes room.</summary>
    public void Return(float[] buffer)
    {
        lock (_lock)
        {
            _idle.AddFirst(buffer);
            if (_idle.Count > _capacity) _idle.RemoveLast();
        }
        _timer.Change(_keep, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timer.Dispose();
        Clear();
    }

    private void Clear()
    {
        lock (_lock) _idle.Clear();
    }
}
