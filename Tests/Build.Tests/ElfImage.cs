using System.Buffers.Binary;
using System.Text;

namespace Federated.Build.Tests;

/// <summary>Lays out a minimal 64-bit ELF shared library byte by byte: one loaded segment whose addresses are its file offsets plus
/// <see cref="LoadAddress"/>, one library with version needs, and one RELA relocation a symbol that is used.</summary>
internal sealed class ElfImage
{
    public const int LoadAddress = 0x1000, Headers = 64 + 2 * 56, Need = 512, FirstVersion = Need + 16, Symbols = 1024, Relocations = 1152, Dynamic = 1536, Names = 2048;

    private readonly byte[] _bytes = new byte[4096];

    /// <param name="versions">Needed versions; version i has index i + 2.</param>
    /// <param name="used">Which of them a relocation's symbol has.</param>
    public ElfImage(string[] versions, params int[] used)
    {
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(_bytes, 0);
        Put64(32, 64);                    // e_phoff
        Put16(54, 56);                    // e_phentsize
        Put16(56, 2);                     // e_phnum
        Segment(64, type: 1, offset: 0, size: _bytes.Length);
        Segment(120, type: 2, offset: Dynamic, size: 16 * 9);

        Put16(Need, 1);                   // vn_version
        Put16(Need + 2, versions.Length); // vn_cnt
        Put32(Need + 8, 16);              // vn_aux
        var name = Names + 1;
        for (var i = 0; i < versions.Length; i++)
        {
            var at = FirstVersion + 16 * i;
            Put16(at + 6, i + 2);         // vna_other
            Put32(at + 8, name - Names);  // vna_name
            Put32(at + 12, i + 1 < versions.Length ? 16 : 0);
            Encoding.ASCII.GetBytes(versions[i]).CopyTo(_bytes, name);
            name += versions[i].Length + 1;
        }
        for (var symbol = 0; symbol < used.Length; symbol++)
        {
            Put16(Symbols + 2 * (symbol + 1), used[symbol] + 2);
            Put32(Relocations + 24 * symbol + 12, symbol + 1);
        }
        var entries = new (long Tag, long Value)[]
        {
            (5, LoadAddress + Names), (7, LoadAddress + Relocations), (8, 24 * used.Length), (0x6ffffff0, LoadAddress + Symbols),
            (0x6ffffffe, LoadAddress + Need), (0x6fffffff, 1),
        };
        for (var i = 0; i < entries.Length; i++)
        {
            Put64(Dynamic + 16 * i, entries[i].Tag);
            Put64(Dynamic + 16 * i + 8, entries[i].Value);
        }
    }

    public byte[] Bytes => _bytes;

    public int FlagsOf(int version) => _bytes[FirstVersion + 16 * version + 4];

    public void Put16(int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at), (ushort)value);

    public void Put32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), value);

    public void Put64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(at), value);

    private void Segment(int at, int type, int offset, int size)
    {
        Put32(at, type);
        Put64(at + 8, offset);
        Put64(at + 16, LoadAddress + offset);
        Put64(at + 32, size);
    }
}
