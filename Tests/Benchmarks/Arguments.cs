using System.Globalization;

namespace Federated.Benchmarks;

/// <summary>What stands behind a benchmark's name: <c>--key value</c>, and <c>--key</c> alone for a switch.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    /// <param name="args">As they were typed.</param>
    /// <param name="known">The keys that this benchmark has.</param>
    /// <exception cref="ArgumentException">Another key was given.</exception>
    public Arguments(string[] args, params string[] known)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!known.Contains(args[i])) throw new ArgumentException($"'{args[i]}' is no option of this benchmark; it has {string.Join(", ", known)}.");
            _values[args[i]] = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "";
        }
    }

    public bool Has(string key) => _values.ContainsKey(key);

    public string? Text(string key) => _values.GetValueOrDefault(key);

    public int Number(string key, int fallback) => _values.TryGetValue(key, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;
}
