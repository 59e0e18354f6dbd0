namespace Federated.Engine.Data.Tables;

/// <summary>Collects what is wrong with a file, up to 20 errors, and says it at once.</summary>
/// <param name="path">The file.</param>
internal sealed class TableErrors(string path)
{
    /// <summary>Most errors that are told.</summary>
    public const int Most = 20;

    private readonly List<string> _errors = [];

    /// <summary>Whether nothing is wrong so far.</summary>
    public bool None => _errors.Count == 0;

    /// <summary>Whether there is no use in looking for more.</summary>
    public bool Full => _errors.Count >= Most;

    /// <summary>Adds an error: <c>line 3, column 'a': what it is and what to do.</c></summary>
    public void Add(string error) => _errors.Add(error);

    /// <summary>Adds an error in a field.</summary>
    public void Add(int line, string column, string error) => _errors.Add($"line {line}, column '{column}': {error}");

    /// <summary>Ends the reading where something is wrong.</summary>
    /// <exception cref="EngineException">There are errors.</exception>
    public void ThrowIfAny()
    {
        if (None) return;
        throw new EngineException($"{path} cannot be used:\n{string.Join('\n', _errors.Take(Most).Select(error => "  " + error))}"
            + (Full ? $"\n  Only the first {Most} errors are shown." : ""));
    }

    /// <summary>A field for a message, cut when it is long.</summary>
    public static string Show(string field) => field.Length > 40 ? field[..40] + "..." : field;
}
