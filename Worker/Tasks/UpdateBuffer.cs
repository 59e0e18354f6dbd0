using System.Buffers;

namespace Federated.Worker.Tasks;

/// <summary>Room for one update, shape [U], out of the shared pool. Whoever holds it returns it, once nobody reads it any more.</summary>
internal sealed class UpdateBuffer(int count)
{
    private float[]? _array = ArrayPool<float>.Shared.Rent(count);

    /// <summary>The values, shape [U].</summary>
    /// <exception cref="ObjectDisposedException">The room was returned.</exception>
    public Memory<float> Values => (Volatile.Read(ref _array) ?? throw new ObjectDisposedException(nameof(UpdateBuffer))).AsMemory(0, count);

    /// <summary>Gives the room back; more than once does no harm.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array) ArrayPool<float>.Shared.Return(array);
    }
}
