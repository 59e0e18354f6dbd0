using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Pairs;

/// <summary>One pair as it was read.</summary>
/// <param name="Source">Not blank.</param>
/// <param name="Target">Not blank.</param>
/// <param name="Owner">Who contributed it; null where the file does not say.</param>
internal sealed record SentencePair(string Source, string Target, string? Owner);

/// <summary>Reads sentence pairs in UTF-8, from gzipped files too where their name ends in .gz. Blank lines of a TSV are skipped.</summary>
internal static class PairFile
{
    /// <summary>Source, tab, target and, in all lines or none, tab and owner.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ownerOf">What of the third column is the owner; null where it does not tell.</param>
    /// <exception cref="EngineException">Up to 20 errors, with file and line.</exception>
    public static List<SentencePair> ReadTsv(string path, Func<string, string?> ownerOf)
    {
        var (pairs, errors, columns) = (new List<SentencePair>(), new FileErrors(path), 0);
        foreach (var (number, line) in Lines(path))
        {
            if (errors.IsFull) break;
            if (string.IsNullOrWhiteSpace(line)) continue;
            var fields = line.Split('\t');
            if (columns == 0) columns = fields.Length is 2 or 3 ? fields.Length : 2;
            if (fields.Length != columns)
                errors.Add($"line {number}: {fields.Length} columns; expected are {(columns == 2 ? "source and target" : "source, target and client, as on the first line")}, apart by a tab.");
            else if (string.IsNullOrWhiteSpace(fields[0])) errors.Add($"line {number}: the source is missing; fill it in or remove the line.");
            else if (string.IsNullOrWhiteSpace(fields[1])) errors.Add($"line {number}: the target is missing; fill it in or remove the line.");
            else if (columns == 2) pairs.Add(new(fields[0], fields[1], null));
            else if (ownerOf(fields[2].Trim()) is { } owner && ClientName.Fault(owner) is null) pairs.Add(new(fields[0], fields[1], owner));
            else errors.Add($"line {number}: the third column names no client of 1 to 256 characters.");
        }
        if (pairs.Count == 0 && errors.Told is null) errors.Add("there is no pair. Give each line a source and a target, apart by a tab, or a sentence in each of two files.");
        errors.ThrowIfAny();
        return pairs;
    }

    /// <summary>Two files with a sentence on each line.</summary>
    /// <exception cref="EngineException">They have different numbers of lines, or a line is blank in one of them.</exception>
    public static List<SentencePair> ReadAligned(string sources, string targets)
    {
        var (pairs, errors) = (new List<SentencePair>(), new FileErrors($"{sources} with {targets}"));
        var (left, right) = (Lines(sources).ToList(), Lines(targets).ToList());
        if (left.Count != right.Count)
        {
            var (shorter, longer) = left.Count < right.Count ? (sources, targets) : (targets, sources);
            errors.Add(longer, $"line {Math.Min(left.Count, right.Count) + 1}: there is no line for it in {shorter}, which ends before; the files are not aligned line by line.");
        }
        foreach (var ((number, source), (_, target)) in left.Zip(right))
        {
            if (errors.IsFull) break;
            if (string.IsNullOrWhiteSpace(source) && string.IsNullOrWhiteSpace(target)) continue;
            if (string.IsNullOrWhiteSpace(source)) errors.Add(sources, $"line {number}: the source is missing; fill it in or remove the line from both files.");
            else if (string.IsNullOrWhiteSpace(target)) errors.Add(targets, $"line {number}: the target is missing; fill it in or remove the line from both files.");
            else pairs.Add(new(source, target, null));
        }
        if (pairs.Count == 0 && errors.Told is null) errors.Add("there is no pair. Give each line a source and a target, apart by a tab, or a sentence in each of two files.");
        errors.ThrowIfAny();
        return pairs;
    }

    /// <summary>The lines of a file with their 1-based numbers.</summary>
    /// <exception cref="EngineException">It cannot be read, or is not UTF-8; the message names the line.</exception>
    public static IEnumerable<(int Number, string Line)> Lines(string path) => TextFile.Lines(path).Select((line, index) => (index + 1, line));
}
