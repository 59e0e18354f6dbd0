using System.Collections.Immutable;
using System.Globalization;

namespace Federated.Core.Jobs.Reading;

/// <summary>One step of an override's path: a key, or the position of a list entry from 0.</summary>
internal readonly record struct PathStep(string? Key, int Index);

/// <summary>An override as it is typed: <c>federation.rounds=3</c>, <c>model.layers[0].dense.units=5</c>.</summary>
internal static class OverridePath
{
    private const int MostSteps = 32;

    /// <summary>Splits an override at its first equals sign.</summary>
    /// <returns>null when there is none, or nothing before it.</returns>
    public static (string Path, string Value)? Split(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (text[..at].Trim(), text[(at + 1)..]) : null;

    /// <summary>The steps of a path.</summary>
    /// <returns>Empty when it is not a path.</returns>
    public static ImmutableArray<PathStep> Parse(string path)
    {
        var steps = ImmutableArray.CreateBuilder<PathStep>();
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var key = bracket < 0 ? part : part[..bracket];
            if (key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')) return [];
            steps.Add(new PathStep(key, 0));
            for (var at = key.Length; at < part.Length;)
            {
                var close = part.IndexOf(']', at);
                if (part[at] != '[' || close < 0) return [];
                if (!int.TryParse(part.AsSpan(at + 1, close - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return [];
                steps.Add(new PathStep(null, index));
                at = close + 1;
            }
            if (steps.Count > MostSteps) return [];
        }
        return steps.ToImmutable();
    }
}
