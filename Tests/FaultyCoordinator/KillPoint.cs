using System.Collections.Immutable;
using System.Globalization;
using Federated.Coordinator.Actors;

namespace Federated.FaultyCoordinator;

/// <summary>Where the process ends itself: a point of a round.</summary>
/// <param name="Point">The point.</param>
/// <param name="Round">The round, at least 1.</param>
internal sealed record KillPoint(RunPoint Point, int Round)
{
    /// <summary>Reads <c>point:round[,point:round...]</c>, with points named as in <see cref="RunPoint"/> in any case; nothing at all is no
    /// point.</summary>
    /// <returns>The points, and one sentence for each part that is none.</returns>
    public static (ImmutableArray<KillPoint> Points, ImmutableArray<string> Errors) ReadAll(string? text)
    {
        var (points, errors) = (ImmutableArray.CreateBuilder<KillPoint>(), ImmutableArray.CreateBuilder<string>());
        var names = string.Join(", ", Enum.GetNames<RunPoint>());
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Read(part) is { } point) points.Add(point);
            else errors.Add($"'{part}' is no point of a round: write POINT:ROUND, with a round from 1 and a point of {names}.");
        }
        return (points.ToImmutable(), errors.ToImmutable());
    }

    /// <summary>As <see cref="ReadAll"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Point}:{Round}");

    // Enum.TryParse would take numbers for names.
    private static KillPoint? Read(string part)
    {
        if (part.Split(':') is not [var name, var number]) return null;
        var points = Enum.GetValues<RunPoint>().Where(point => point.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (points.Length != 1 || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var round) || round < 1) return null;
        return new(points[0], round);
    }
}
