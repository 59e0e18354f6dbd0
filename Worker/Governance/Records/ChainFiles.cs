using System.Globalization;
using System.Text;
using System.Text.Json;
using Federated.Core.Privacy.Governance;
using Federated.Worker.State;

namespace Federated.Worker.Governance.Records;

/// <summary>The files of one record in a folder: segments <c>NAME-000001.jsonl</c>, <c>NAME-000002.jsonl</c> ... and the head <c>NAME.head</c>.</summary>
internal sealed class ChainFiles(string folder, string name)
{
    public string Folder { get; } = folder;

    /// <value>The file of the head.</value>
    public string Head { get; } = Path.Combine(folder, name + ".head");

    /// <value>The file that whoever writes the record has open.</value>
    public string Lock { get; } = Path.Combine(folder, name + ".lock");

    /// <summary>The file of a segment.</summary>
    /// <param name="number">From 1.</param>
    public string Segment(int number) => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{number:D6}.jsonl"));

    /// <summary>The numbers of the segments that are there, ascending.</summary>
    public int[] Segments() => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.EnumerateFiles(Folder, name + "-*.jsonl")
            .Select(file => Path.GetFileNameWithoutExtension(file)[(name.Length + 1)..])
            .Select(digits => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number > 0)
            .Order(),
    ];

    /// <summary>Puts the head on the disk, in place of the one before.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void WriteHead(ChainHead head)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $$"""{"entries":{{head.Entries}},"hash":"{{head.Hash}}"}""");
        DurableFile.Write(Head, stream => stream.Write(Encoding.UTF8.GetBytes(text + "\n")));
    }

    /// <summary>Reads the head.</summary>
    /// <returns>The head, or what is wrong with its file; neither where there is none.</returns>
    public (ChainHead? Head, string? Error) ReadHead()
    {
        if (!File.Exists(Head)) return (null, null);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(Head));
            var (entries, hash) = (document.RootElement.GetProperty("entries").GetInt64(), document.RootElement.GetProperty("hash").GetString() ?? "");
            return entries >= 0 && hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower) ? (new(entries, hash), null) : (null, "names no entry and hash");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (null, $"cannot be read: {e.Message}");
        }
    }
}
