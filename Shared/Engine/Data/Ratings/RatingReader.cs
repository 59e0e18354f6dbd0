using System.Globalization;
using System.Text;

namespace Federated.Engine.Data.Ratings;

/// <summary>Reads ratings: lines of user, item, rating and timestamp, separated by tabs, <c>::</c> or commas, whichever the first line has. A first line whose
/// rating and timestamp are no numbers is a header. Blank lines are skipped.</summary>
internal sealed class RatingReader
{
    private const int MaxErrors = 20;
    private const int Fields = 4;
    private const int MaxLine = 4096;

    private readonly List<(int Line, string User, string Item, float Value, long Time)> _rows = [];
    private readonly List<string> _errors = [];
    private readonly StringBuilder _line = new();

    private RatingReader()
    {
    }

    /// <summary>Reads a file.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="path">Its name in messages.</param>
    /// <param name="users">Users that there are, whose ids are 1 to this number; null takes those of the file, in the order of their ids.</param>
    /// <param name="items">The same of items.</param>
    /// <exception cref="EngineException">It is broken: up to 20 errors at once, each with its line.</exception>
    public static RatingTable Read(TextReader text, string path, int? users, int? items)
    {
        var reader = new RatingReader();
        reader.ReadLines(text);
        var userIds = RatingIds.Of([.. reader._rows.Select(row => row.User)], users);
        var itemIds = RatingIds.Of([.. reader._rows.Select(row => row.Item)], items);
        reader.Check(userIds, itemIds);
        if (reader._errors.Count > 0)
        {
            throw new EngineException($"{path} cannot be used:\n{string.Join('\n', reader._errors.Take(MaxErrors).Select(error => "  " + error))}"
                + (reader._errors.Count >= MaxErrors ? $"\n  Only the first {MaxErrors} errors are shown." : ""));
        }
        return new(
            [.. reader._rows.Select(row => userIds.Find(row.User))], [.. reader._rows.Select(row => itemIds.Find(row.Item))],
            [.. reader._rows.Select(row => row.Value)], [.. reader._rows.Select(row => row.Time)], userIds.Names, itemIds.Names);
    }

    private void ReadLines(TextReader text)
    {
        string? separator = null;
        for (var line = 1; _errors.Count < MaxErrors && ReadLine(text, line) is { } content; line++)
        {
            if (string.IsNullOrWhiteSpace(content)) continue;
            var first = separator is null;
            separator ??= content.Contains('\t', StringComparison.Ordinal) ? "\t" : content.Contains("::", StringComparison.Ordinal) ? "::" : ",";
            var fields = content.Split(separator, StringSplitOptions.TrimEntries);
            if (first && fields.Length == Fields && !IsNumber(fields[2]) && !IsNumber(fields[3])) continue;
            Add(line, fields, separator);
        }
        if (_rows.Count == 0 && _errors.Count == 0) _errors.Add("line 1: there is no rating: the file is empty, or has only a header. Give each line a user, an item, a rating and a timestamp.");
    }

    // Bounded, for a file without lines would else become one string.
    private string? ReadLine(TextReader text, int line)
    {
        if (text.Peek() < 0) return null;
        _line.Clear();
        int next;
        while ((next = text.Read()) is >= 0 and not '\n')
        {
            _line.Append((char)next);
            if (_line.Length <= MaxLine) continue;
            Fault(line, $"it has more than {MaxLine} characters, and a rating is a short line: this is another file.");
            return null;
        }
        if (_line.Length > 0 && _line[^1] == '\r') _line.Length--;
        return _line.ToString();
    }

    private void Add(int line, string[] fields, string separator)
    {
        if (fields.Length != Fields)
        {
            _errors.Add($"line {line}: {fields.Length} fields between '{(separator == "\t" ? "tab" : separator)}', and a rating has four: user, item, rating, timestamp. Correct the line, or leave it out.");
            return;
        }
        var sound = true;
        if (ClientName.Fault(fields[0]) is not null || ClientName.Fault(fields[1]) is not null) sound = Fault(line, "ids of users and items have 1 to 256 characters, none of them a control character: fill them in, or leave the line out.");
        if (!float.TryParse(fields[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !float.IsFinite(value))
            sound = Fault(line, $"the rating '{fields[2]}' is not a finite number: correct it, or leave the line out.");
        if (!long.TryParse(fields[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time))
            sound = Fault(line, $"the timestamp '{fields[3]}' is not a whole number: give the time in seconds, or 0 where it is not known.");
        if (sound) _rows.Add((line, fields[0], fields[1], value, time));
    }

    private void Check(RatingIds users, RatingIds items)
    {
        var seen = new Dictionary<(int, int), int>();
        foreach (var (line, userId, itemId, _, _) in _rows)
        {
            if (_errors.Count >= MaxErrors) return;
            var (user, item) = (users.Find(userId), items.Find(itemId));
            if (user < 0) Fault(line, $"the user '{userId}' is not a whole number from 1 to data.ratings.users {users.Names.Length}: renumber the users, or raise it.");
            if (item < 0) Fault(line, $"the item '{itemId}' is not a whole number from 1 to data.ratings.items {items.Names.Length}: renumber the items, or raise it.");
            if (user >= 0 && item >= 0 && !seen.TryAdd((user, item), line))
                Fault(line, $"user '{userId}' has rated item '{itemId}' before, on line {seen[(user, item)]}; keep one of the two.");
        }
    }

    private bool Fault(int line, string message)
    {
        _errors.Add($"line {line}: {message}");
        return false;
    }

    private static bool IsNumber(string field) => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
