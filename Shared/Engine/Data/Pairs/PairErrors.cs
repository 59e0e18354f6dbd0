using System.Globalization;

namespace Federated.Engine.Data.Pairs;

/// <summary>What is wrong with files of sentences, each with its file and line.</summary>
internal sealed class PairErrors
{
    private const int Shown = 20;

    private readonly List<string> _errors = [];

    public int Count => _errors.Count;

    /// <param name="path">The file.</param>
    /// <param name="line">1-based.</param>
    /// <param name="message">What is wrong there, and what to do.</param>
    public void Add(string path, int line, string message)
    {
        if (_errors.Count <= Shown) _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}: {message}"));
    }

    /// <exception cref="EngineException">There were errors; the first 20 of them.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0) return;
        throw new EngineException($"The sentence pairs cannot be used:\n{string.Join('\n', _errors.Take(Shown).Select(error => "  " + error))}"
            + (_errors.Count > Shown ? $"\n  Only the first {Shown} errors are shown." : ""));
    }
}
