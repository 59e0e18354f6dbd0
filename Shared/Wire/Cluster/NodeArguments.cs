using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Federated.Wire.Cluster;

/// <summary>How every node's executable is told its options: <c>--key value</c> and <c>--key=value</c> arguments over environment variables.</summary>
public static class NodeArguments
{
    /// <summary>Reads what was given.</summary>
    /// <param name="environmentPrefix">As in <c>FEDERATED_WORKER_</c>; the key follows in upper case with '_' for '-'.</param>
    /// <param name="arguments">Of the executable.</param>
    /// <param name="names">The options that there are, in lower case with '-'.</param>
    /// <param name="errors">Gets a sentence for everything that is wrong.</param>
    /// <returns>Options that there are, with their text.</returns>
    public static ImmutableArray<(string Name, string Value)> Read(
        string environmentPrefix, IReadOnlyList<string> arguments, ImmutableArray<string> names, ImmutableArray<string>.Builder errors)
    {
        var configuration = new ConfigurationBuilder()
            .AddEnvironmentVariables(environmentPrefix)
            .AddInMemoryCollection(Pairs(arguments, names, errors))
            .Build();
        var given = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            if (value is null) continue;
            var name = key.Replace('_', '-').ToLowerInvariant();
            if (names.Contains(name)) given.Add((name, value));
            else errors.Add($"There is no option '{name}'. The options are {string.Join(", ", names)}.");
        }
        return given.ToImmutable();
    }

    /// <summary>Reads a time in seconds, whole or not.</summary>
    /// <param name="name">The option.</param>
    /// <param name="value">Its text.</param>
    /// <param name="errors">Gets a sentence when it is none.</param>
    public static TimeSpan? Seconds(string name, string value, ImmutableArray<string>.Builder errors)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) <= 1e9)
            return TimeSpan.FromSeconds(seconds);
        errors.Add($"{name} is '{value}': it must be a number of seconds.");
        return null;
    }

    private static Dictionary<string, string?> Pairs(
        IReadOnlyList<string> arguments, ImmutableArray<string> names, ImmutableArray<string>.Builder errors)
    {
        var pairs = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                errors.Add($"'{arguments[i]}' is no option: write --key value. The keys are {string.Join(", ", names)}.");
                continue;
            }
            var text = arguments[i][2..];
            var equals = text.IndexOf('=');
            if (equals >= 0) pairs[Key(text[..equals])] = text[(equals + 1)..];
            else if (i + 1 < arguments.Count) pairs[Key(text)] = arguments[++i];
            else errors.Add($"{text} has no value: write --{text} VALUE.");
        }
        return pairs;
    }

    // Arguments override environment variables only under the same key.
    private static string Key(string name) => name.Replace('-', '_').ToUpperInvariant();
}
