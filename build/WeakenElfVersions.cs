using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;

/// <summary>Copies a shared library and marks those of its symbol version needs weak that are newer than a baseline and that nothing in the library
/// uses. The dynamic linker then loads it where the version is missing, and binds it as ever where it is there. See docs/adr/0001.</summary>
/// <remarks>Compiled by MSBuild from this one file (RoslynCodeTaskFactory), hence netstandard2.0 and no other source.</remarks>
public sealed class WeakenElfVersions : Microsoft.Build.Utilities.Task
{
    /// <summary>The library as its package has it. Only read.</summary>
    [Required]
    public string Source { get; set; } = "";

    /// <summary>Where the copy goes; its folder is made.</summary>
    [Required]
    public string Destination { get; set; } = "";

    /// <summary>The newest version that every supported machine has, for example <c>GLIBCXX_3.4.30</c>.</summary>
    [Required]
    public string Baseline { get; set; } = "";

    /// <summary>Writes the copy and logs what was marked.</summary>
    public override bool Execute()
    {
        try
        {
            var image = File.ReadAllBytes(Source);
            foreach (var line in ElfVersionNeeds.Weaken(image, Baseline)) Log.LogMessage(MessageImportance.Normal, "{0}: {1}", Path.GetFileName(Source), line);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination))!);
            File.WriteAllBytes(Destination, image);
        }
        catch (Exception e) when (e is IOException || e is UnauthorizedAccessException || e is InvalidDataException)
        {
            Log.LogError("{0} could not be made loadable: {1}", Source, e.Message);
        }
        return !Log.HasLoggedErrors;
    }
}

/// <summary>The symbol versions that an ELF shared library needs (its <c>.gnu.version_r</c>), found through the dynamic segment as the dynamic linker
/// finds them. Layouts and constants: System V ABI, chapter 5, and the Linux Standard Base Core Specification 5.0, section 10.7.</summary>
public static class ElfVersionNeeds
{
    private const int ProgramLoad = 1, ProgramDynamic = 2;
    private const long PltRelSize = 2, StringTable = 5, Rela = 7, RelaSize = 8, Rel = 17, JumpRel = 23;
    private const long VersionSymbols = 0x6ffffff0, VersionNeed = 0x6ffffffe, VersionNeedCount = 0x6fffffff;
    private const int RelaEntry = 24, FlagWeak = 2, VersionIndexMask = 0x7fff;

    /// <summary>Marks needs weak in <paramref name="image"/>: those named like <paramref name="baseline"/> up to its last dot with a larger last number,
    /// unless a relocation uses a symbol of that version. Anything but a 64-bit little-endian ELF file is left as it is.</summary>
    /// <returns>A line for each need that is newer than the baseline, saying what became of it; none when there was nothing to do.</returns>
    /// <exception cref="InvalidDataException">The file says that it is such a library and is broken.</exception>
    public static IReadOnlyList<string> Weaken(byte[] image, string baseline)
    {
        var lines = new List<string>();
        if (image.Length < 64 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F' || image[4] != 2 || image[5] != 1) return lines;
        var (segments, dynamic) = ReadSegments(image);
        if (!dynamic.TryGetValue(VersionNeed, out var needs) || !dynamic.TryGetValue(VersionNeedCount, out var needCount)) return lines;

        var strings = FileOffset(segments, Entry(dynamic, StringTable));
        var used = UsedVersions(image, segments, dynamic);
        var dot = baseline.LastIndexOf('.') + 1;
        var (family, newest) = (baseline.Substring(0, dot), int.Parse(baseline.Substring(dot)));
        var need = FileOffset(segments, needs);
        for (long n = 0; n < needCount; n++)
        {
            var version = need + U32(image, need + 8);
            for (int count = U16(image, need + 2); count > 0; count--)
            {
                var name = Text(image, strings + U32(image, version + 8));
                if (name.StartsWith(family, StringComparison.Ordinal) && int.TryParse(name.Substring(dot), out var number) && number > newest)
                    lines.Add(WeakenOne(image, version, name, used));
                var nextVersion = U32(image, version + 12);
                if (nextVersion == 0) break; // the end of the list, whatever the count says: no count is trusted to end a loop
                version += nextVersion;
            }
            var nextNeed = U32(image, need + 12);
            if (nextNeed == 0) break;
            need += nextNeed;
        }
        return lines;
    }

    private static string WeakenOne(byte[] image, long version, string name, ISet<int> used)
    {
        var flags = U16(image, version + 4);
        if ((flags & FlagWeak) != 0) return name + " is weak already";
        if (used.Contains(U16(image, version + 6) & VersionIndexMask)) return name + " is used by a relocation and stays as it is";
        image[version + 4] = (byte)(flags | FlagWeak);
        return name + " made weak";
    }

    /// <summary>Version indices of the symbols that some relocation names.</summary>
    private static HashSet<int> UsedVersions(byte[] image, List<Segment> segments, Dictionary<long, long> dynamic)
    {
        if (dynamic.ContainsKey(Rel)) throw new InvalidDataException("it has REL relocations, which 64-bit x86 and ARM libraries do not use.");
        var versions = FileOffset(segments, Entry(dynamic, VersionSymbols));
        var used = new HashSet<int>();
        void Scan(long table, long size)
        {
            var start = FileOffset(segments, Entry(dynamic, table));
            var end = start + Entry(dynamic, size);
            for (var at = start; at + RelaEntry <= end; at += RelaEntry)
            {
                long symbol = U32(image, at + 12); // r_info's upper half; 0 names no symbol
                if (symbol != 0) used.Add(U16(image, versions + 2 * symbol) & VersionIndexMask);
            }
        }
        if (dynamic.ContainsKey(Rela)) Scan(Rela, RelaSize);
        if (dynamic.ContainsKey(JumpRel)) Scan(JumpRel, PltRelSize);
        return used;
    }

    private static (List<Segment>, Dictionary<long, long>) ReadSegments(byte[] image)
    {
        var segments = new List<Segment>();
        var dynamic = new Dictionary<long, long>();
        var (table, entrySize, count) = (I64(image, 32), U16(image, 54), U16(image, 56));
        for (var i = 0; i < count; i++)
        {
            var header = table + (long)i * entrySize;
            var (offset, address, size) = (I64(image, header + 8), I64(image, header + 16), I64(image, header + 32));
            if (U32(image, header) == ProgramLoad) segments.Add(new Segment(address, offset, size));
            if (U32(image, header) != ProgramDynamic) continue;
            for (var at = offset; at + 16 <= offset + size && I64(image, at) != 0; at += 16) dynamic[I64(image, at)] = I64(image, at + 8);
        }
        return (segments, dynamic);
    }

    private static long Entry(Dictionary<long, long> dynamic, long tag) =>
        dynamic.TryGetValue(tag, out var value) ? value : throw new InvalidDataException("its dynamic section lacks entry 0x" + tag.ToString("x") + ".");

    private static long FileOffset(List<Segment> segments, long address)
    {
        foreach (var s in segments)
            if (address >= s.Address && address - s.Address < s.Size) return address - s.Address + s.Offset;
        throw new InvalidDataException("address 0x" + address.ToString("x") + " lies in no loaded segment.");
    }

    private static string Text(byte[] image, long at)
    {
        var start = Check(image, at, 1);
        var end = Array.IndexOf(image, (byte)0, start);
        return end >= 0 ? Encoding.ASCII.GetString(image, start, end - start) : throw new InvalidDataException("a name has no end.");
    }

    private static ushort U16(byte[] image, long at) => BitConverter.ToUInt16(image, Check(image, at, 2));

    private static uint U32(byte[] image, long at) => BitConverter.ToUInt32(image, Check(image, at, 4));

    private static long I64(byte[] image, long at) => BitConverter.ToInt64(image, Check(image, at, 8));

    private static int Check(byte[] image, long at, int size) =>
        at >= 0 && at <= image.Length - size ? (int)at : throw new InvalidDataException("it points beyond its own end.");

    private readonly struct Segment
    {
        public Segment(long address, long offset, long size) => (Address, Offset, Size) = (address, offset, size);
        public long Address { get; }
        public long Offset { get; }
        public long Size { get; }
    }
}
