using System.Collections.Immutable;

namespace Federated.Core.Jobs.Reading;

/// <summary>Collects what is wrong with a file. Bounded, since the text may come from anyone.</summary>
/// <param name="file">What the file is, for messages.</param>
internal sealed class JobErrors(string file = "job")
{
    private const int Most = 200, LongestValue = 60;

    private readonly List<JobError> _errors = [];
    private int _left;

    /// <summary>What the file is.</summary>
    public string File { get; } = file;

    /// <summary>Whether nothing is wrong so far.</summary>
    public bool None => _errors.Count == 0;

    /// <summary>Adds an error.</summary>
    public void Add(string path, string message, int line) => Add(path, line, () => message);

    /// <summary>Adds an error whose sentence is made only when it will be listed.</summary>
    public void Add(string path, int line, Func<string> message)
    {
        if (_errors.Count < Most) _errors.Add(new JobError(path, message(), line));
        else _left++;
    }

    /// <summary>Whether there is an error at a path or below it.</summary>
    public bool At(string path) => _errors.Any(error => error.Path.StartsWith(path, StringComparison.Ordinal)
        && (error.Path.Length == path.Length || error.Path[path.Length] is '.' or '['));

    /// <summary>All errors in the order of the text, those without a line last.</summary>
    public ImmutableArray<JobError> Ordered()
    {
        var ordered = _errors.OrderBy(error => error.Line > 0 ? error.Line : int.MaxValue);
        return _left == 0 ? [.. ordered] : [.. ordered, new JobError("", $"{_left} more errors are not listed; mend these first.")];
    }

    /// <summary>A value for a message: printable, and cut when it is long.</summary>
    public static string Show(string value, int longest = LongestValue)
    {
        var cut = value.Length > longest ? value[..longest] + "…" : value;
        return string.Concat(cut.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
