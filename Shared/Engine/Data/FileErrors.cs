namespace Federated.Engine.Data;

/// <summary>What is wrong with the files of a data set: up to 20 complaints, told at once. Not thread-safe.</summary>
/// <param name="path">The file or folder that the job names.</param>
internal sealed class FileErrors(string path)
{
    private const int Most = 20;

    private readonly List<string> _errors = [];

    /// <summary>Whether reading on would find more than is told.</summary>
    public bool IsFull => _errors.Count >= Most;

    /// <summary>Adds a complaint about the file or folder itself.</summary>
    /// <param name="message">Where in it, and what: <c>line 3: the text is empty.</c></param>
    public void Add(string message) => _errors.Add(message);

    /// <summary>Adds a complaint about a file, whose name is told where it is not the path itself.</summary>
    public void Add(string file, string message) => _errors.Add(file == path ? message : $"{Path.GetFileName(file)}, {message}");

    /// <summary>Every complaint; null where there is none.</summary>
    public string? Told => _errors.Count == 0 ? null
        : $"{path} cannot be used:\n{string.Join('\n', _errors.Take(Most).Select(error => "  " + error))}" + (IsFull ? $"\n  Only the first {Most} errors are shown." : "");

    /// <summary>Ends reading if something was wrong.</summary>
    /// <exception cref="EngineException">With every complaint.</exception>
    public void ThrowIfAny()
    {
        if (Told is { } told) throw new EngineException(told);
    }
}
