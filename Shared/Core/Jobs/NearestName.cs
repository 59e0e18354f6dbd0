namespace Federated.Core.Jobs;

/// <summary>Finds the name that was probably meant.</summary>
public static class NearestName
{
    private const int LongestName = 64;   // the distance is quadratic, and no name of ours is longer

    /// <summary>The known name nearest to what was written, by letters inserted, removed, changed or swapped with their neighbour.</summary>
    /// <param name="written">What was written, of any length.</param>
    /// <param name="known">Candidates; the first of equals wins.</param>
    /// <returns>null when nothing is near: more than a third of the letters differ.</returns>
    public static string? Of(string written, IEnumerable<string> known)
    {
        var plain = Plain(written);
        if (plain.Length is 0 or > LongestName) return null;
        string? nearest = null;
        var best = int.MaxValue;
        foreach (var name in known)
        {
            var candidate = Plain(name);
            var begun = plain.Length >= 3 && candidate.Length > plain.Length && candidate.StartsWith(plain, StringComparison.Ordinal);
            var distance = begun ? 1 : Distance(plain, candidate);
            if (distance > Math.Max(1, Math.Max(plain.Length, candidate.Length) / 3) || distance >= best) continue;
            // One letter for another is no slip: every other one-letter name would be near.
            if (distance >= Math.Min(plain.Length, candidate.Length)) continue;
            (nearest, best) = (name, distance);
        }
        return nearest;
    }

    // Case and word separators are slips that cost nothing.
    private static string Plain(string name) => name.Length > 2 * LongestName ? name : name.Replace("_", "", StringComparison.Ordinal)
        .Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    // Optimal string alignment: Levenshtein's distance with swaps of neighbours.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }
        return rows[a.Length, b.Length];
    }
}
