using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Federated.Core.Algorithms;

namespace Federated.Worker.State;

/// <summary>Whose state a file has, and after which round.</summary>
/// <param name="Run">The run.</param>
/// <param name="Client">The client.</param>
/// <param name="Round">1-based.</param>
/// <param name="Attempt">1-based.</param>
/// <param name="Base">The round of the state that this one was made from; 0 where that was the empty one.</param>
internal sealed record ClientStateLabel(string Run, string Client, int Round, int Attempt, int Base);

/// <summary>A client's state as a file.</summary>
/// <remarks>
/// Wire form, little endian: "FEDSTATE"; u32 version, 1; run and client, each u16 length and UTF-8; i32 round, attempt, base; u32 number of vectors;
/// for each, in ordinal order of names: u16 length and name in UTF-8, i64 count, count float32 values; 32 bytes SHA-256 over all before. The same
/// state gives the same bytes.
/// </remarks>
internal static class ClientStateFile
{
    private const uint Version = 1;
    private const int MaxTextBytes = 1024;

    private static ReadOnlySpan<byte> Magic => "FEDSTATE"u8;

    /// <summary>Writes a state.</summary>
    public static void Write(Stream stream, ClientStateLabel label, ClientState state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Put(Magic);
        PutNumber(Version);
        PutText(label.Run);
        PutText(label.Client);
        PutNumber((uint)label.Round);
        PutNumber((uint)label.Attempt);
        PutNumber((uint)label.Base);
        PutNumber((uint)state.Vectors.Count);
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (var (name, values) in state.Vectors)
        {
            PutText(name);
            BinaryPrimitives.WriteInt64LittleEndian(count, values.Length);
            Put(count);
            for (var rest = values.Span; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, Slice)..])
                Put(MemoryMarshal.AsBytes(rest[..Math.Min(rest.Length, Slice)]));
        }
        stream.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }

        void PutNumber(uint number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
            Put(bytes);
        }

        void PutText(string text)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            if (utf8.Length > MaxTextBytes)
                throw new ArgumentException($"A name has {utf8.Length} bytes; at most {MaxTextBytes} are allowed.", nameof(label));
            Span<byte> length = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)utf8.Length);
            Put(length);
            Put(utf8);
        }
    }

    /// <summary>Reads a state. Its bytes may be anything: what is wrong with them is a result; exceptions are those of the stream.</summary>
    /// <param name="stream">Knows its length.</param>
    /// <returns>Label and state, or the end of a sentence that says what is wrong.</returns>
    public static (ClientStateLabel? Label, ClientState? State, string Error) Read(Stream stream)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("States are read in memory order, which must be little-endian.");
        using var reader = new Reader(stream);
        if (!reader.TakeMagic() || !reader.TryNumber(out var version)) return Wrong("does not begin as a client's state does");
        if (version != Version) return Wrong($"has version {version} of the format, and this worker reads version {Version}");
        if (!reader.TryText(out var run) || !reader.TryText(out var client) || !reader.TryNumber(out var round) || !reader.TryNumber(out var attempt)
            || !reader.TryNumber(out var from) || !reader.TryNumber(out var vectors) || vectors > ClientState.MaxVectors)
            return Wrong("is torn or was changed: it ends within its label");
        var state = ClientState.Empty;
        for (var i = 0; i < vectors; i++)
        {
            if (!reader.TryText(out var name) || !reader.TryVector(out var values)) return Wrong("is torn or was changed: it ends within its values");
            if (ClientState.CheckName(name) is not null || state.Vectors.ContainsKey(name))
                return Wrong("is torn or was changed: the name of a vector cannot be");
            if (values.Length > 0 && !float.IsFinite(TensorPrimitives.MaxMagnitude<float>(values))) return Wrong("has a value that is not finite");
            state = state.With(name, values);
        }
        return reader.EndsWithHash()
            ? (new(run, client, (int)round, (int)attempt, (int)from), state, "")
            : Wrong("is torn or was changed: its SHA-256 is another");
    }

    // An IncrementalHash takes spans of bytes, which end at 2 GiB.
    private const int Slice = 1 << 24;

    private static (ClientStateLabel? Label, ClientState? State, string Error) Wrong(string why) => (null, null, why);

    /// <summary>Takes only what is there: no length in a file is believed before the bytes are known to follow.</summary>
    private sealed class Reader(Stream stream) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _left = stream.Length - SHA256.HashSizeInBytes;

        public void Dispose() => _hash.Dispose();

        public bool TakeMagic()
        {
            Span<byte> bytes = stackalloc byte[Magic.Length];
            return TryTake(bytes) && bytes.SequenceEqual(Magic);
        }

        public bool TryNumber(out uint number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            var taken = TryTake(bytes);
            number = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            return taken;
        }

        public bool TryText(out string text)
        {
            text = "";
            Span<byte> length = stackalloc byte[sizeof(ushort)];
            if (!TryTake(length) || BinaryPrimitives.ReadUInt16LittleEndian(length) is var count && count > MaxTextBytes) return false;
            Span<byte> utf8 = stackalloc byte[count];
            if (!TryTake(utf8)) return false;
            text = Encoding.UTF8.GetString(utf8);
            return true;
        }

        public bool TryVector(out float[] values)
        {
            values = [];
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            if (!TryTake(bytes)) return false;
            var count = BinaryPrimitives.ReadInt64LittleEndian(bytes);
            if (count < 0 || count > _left / sizeof(float) || count > Array.MaxLength) return false;
            values = new float[count];
            for (var rest = values.AsSpan(); !rest.IsEmpty; rest = rest[Math.Min(rest.Length, Slice)..])
                if (!TryTake(MemoryMarshal.AsBytes(rest[..Math.Min(rest.Length, Slice)])))
                    return false;
            return true;
        }

        public bool EndsWithHash()
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            return _left == 0 && stream.ReadAtLeast(hash, hash.Length, throwOnEndOfStream: false) == hash.Length
                && hash.SequenceEqual(_hash.GetHashAndReset());
        }

        private bool TryTake(Span<byte> bytes)
        {
            if (bytes.Length > _left || stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) return false;
            _left -= bytes.Length;
            _hash.AppendData(bytes);
            return true;
        }
    }
}
