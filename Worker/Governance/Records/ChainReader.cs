using System.Globalization;
using Federated.Core.Privacy.Governance;

namespace Federated.Worker.Governance.Records;

/// <summary>Reads and verifies a record: every line against the one before, and the end against the head that is kept apart. May read while a worker writes: what it appends meanwhile is
/// after the head that was read first.</summary>
public static class ChainReader
{
    // A segment is closed above 4 MiB, and an entry is far below the rest.
    private const long LargestSegment = 64 << 20;

    /// <summary>Takes an entry that holds.</summary>
    public delegate void Visit(ChainEntry entry);

    /// <summary>Reads a record.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <param name="name">How their names begin.</param>
    /// <param name="visit">Gets every entry before the first fault, in order.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ChainReport Read(string folder, string name, Visit? visit = null) => Read(new ChainFiles(folder, name), visit);

    internal static ChainReport Read(ChainFiles files, Visit? visit)
    {
        var (recorded, wrong) = files.ReadHead();
        var segments = files.Segments();
        if (wrong is not null) return Broken(ChainHead.Start, files.Head, 0, $"the head {wrong}.");
        if (recorded is null)
            return segments.Length == 0 ? new(ChainHead.Start, null) : Broken(ChainHead.Start, files.Head, 0, "the head is missing, without which nobody can tell whether entries are missing at the end.");
        var state = new State(recorded, visit);
        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i] != i + 1) return Broken(state.Head, files.Segment(i + 1), 0, "this segment is missing.") with { Recorded = recorded };
            if (state.Segment(files.Segment(i + 1), isLast: i == segments.Length - 1) is { } fault) return new(state.Head, fault) { Segments = segments.Length, Recorded = recorded };
        }
        var last = segments.Length > 0 ? files.Segment(segments.Length) : files.Head;
        var report = state.Head.Entries < recorded.Entries
            ? Broken(state.Head, last, 0, Text($"the record ends with entry {state.Head.Entries}, and its head knows {recorded.Entries}: {recorded.Entries - state.Head.Entries} were cut off at the end."))
            : new ChainReport(state.Head, null);
        return report with { Segments = segments.Length, SoundBytes = state.SoundBytes, UnfinishedBytes = state.UnfinishedBytes, Recorded = recorded };
    }

    private static ChainReport Broken(ChainHead head, string file, int line, string message) => new(head, new(file, line, message));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class State(ChainHead recorded, Visit? visit)
    {
        public ChainHead Head { get; private set; } = ChainHead.Start;

        public long SoundBytes { get; private set; }

        public long UnfinishedBytes { get; private set; }

        public ChainFault? Segment(string file, bool isLast)
        {
            SoundBytes = 0;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > LargestSegment) return new(file, 0, "larger than a segment can be.");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            for (var (line, start) = (1, 0); start < bytes.Length; line++)
            {
                var length = bytes.AsSpan(start).IndexOf((byte)'\n');
                var text = length < 0 ? bytes.AsSpan(start) : bytes.AsSpan(start, length);
                var next = Head;
                var wrong = length < 0 ? "ends in the middle of an entry" : ChainLine.Check(Head, text, out next);
                // Entries are on the disk before the head is: what is after it and does not hold, a crash left behind.
                if (wrong is not null && isLast && Head.Entries >= recorded.Entries)
                {
                    UnfinishedBytes = bytes.Length - start;
                    return null;
                }
                if (wrong is not null) return new(file, line, $"this line {wrong}.");
                visit?.Invoke(new(next.Entries, next.Hash, ChainLine.BodyOf(Head, text)));
                Head = next;
                if (Head.Entries == recorded.Entries && Head.Hash != recorded.Hash)
                    return new(file, line, Text($"entry {Head.Entries} has not the hash that the head has for it: the record was rewritten, or the head belongs to another one."));
                start += length + 1;
                SoundBytes = start;
            }
            return null;
        }
    }
}
