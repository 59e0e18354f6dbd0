using System.Globalization;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What a <see cref="LinkProxy"/> has done so far, over all of its connections.</summary>
/// <param name="Accepted">Connections that were accepted.</param>
/// <param name="Opened">Connections that the target took as well.</param>
/// <param name="Live">Those of them that are there now.</param>
/// <param name="Resets">Connections that the proxy has reset, for whatever reason.</param>
/// <param name="Unreachable">Connections that were reset because the target took none.</param>
/// <param name="Up">Bytes from clients to the target.</param>
/// <param name="Down">Bytes from the target to clients.</param>
internal sealed record LinkCounts(int Accepted, int Opened, int Live, int Resets, int Unreachable, ByteCounts Up, ByteCounts Down)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Accepted} accepted, {Opened} opened, {Live} live, {Resets} reset, {Unreachable} without target; up {Up}; down {Down}");
}

/// <summary>Bytes of one direction.</summary>
/// <param name="Read">Read from the sender.</param>
/// <param name="Passed">Written to the receiver.</param>
/// <param name="Lost">Swallowed.</param>
internal readonly record struct ByteCounts(long Read, long Passed, long Lost)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Read} read, {Passed} passed, {Lost} lost");
}

/// <summary>Counts the bytes of one direction and tells of every change. Thread-safe.</summary>
internal sealed class ByteTally(Signal changed)
{
    private long _read, _passed, _lost;

    public ByteCounts Now => new(Interlocked.Read(ref _read), Interlocked.Read(ref _passed), Interlocked.Read(ref _lost));

    public void Read(int bytes) => Add(ref _read, bytes);

    public void Passed(int bytes) => Add(ref _passed, bytes);

    public void Lost(int bytes) => Add(ref _lost, bytes);

    private void Add(ref long count, int bytes)
    {
        Interlocked.Add(ref count, bytes);
        changed.Set();
    }
}
