namespace Federated.Coordinator.Grpc;

/// <summary>Bounds the memory of uploads: so many may hold a buffer at the same time, and the others wait, held back by flow control. Thread-safe.</summary>
internal sealed class UploadSlots(TransferLimits limits, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(limits.ConcurrentUploads, limits.ConcurrentUploads);
    private readonly BufferPool _pool = new(limits.ConcurrentUploads, limits.KeepBuffers, time);

    /// <summary>Slots that nobody holds.</summary>
    public int Free => _free.CurrentCount;

    /// <summary>Buffers that wait for the next upload.</summary>
    public int IdleBuffers => _pool.Idle;

    /// <summary>Waits for a slot.</summary>
    /// <param name="length">Length of the buffer; 0 for a slot without one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<UploadLease> RentAsync(int length, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return new(this, length == 0 ? [] : _pool.Rent(length));
        }
        catch (OutOfMemoryException)
        {
            _free.Release();
            throw;
        }
    }

    public void Dispose()
    {
        // The semaphore has no handle to free, and a round may still give a slot back while the process stops.
        _pool.Dispose();
    }

    internal void Return(float[] values, bool reuse)
    {
        if (reuse && values.Length > 0) _pool.Return(values);
        _free.Release();
    }
}

/// <summary>One slot and its buffer. It ends once, by whichever of the two methods comes first; both may be called from any thread.</summary>
internal sealed class UploadLease(UploadSlots slots, float[] values)
{
    private int _ended;

    public float[] Values { get; } = values;

    /// <summary>Gives slot and buffer back. Nobody touches the buffer afterwards.</summary>
    public void Release() => End(reuse: true);

    /// <summary>Gives the slot back and leaves the buffer to the collector: somebody may still read it, so no other upload may write to it.</summary>
    public void Abandon() => End(reuse: false);

    private void End(bool reuse)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) slots.Return(Values, reuse);
    }
}
