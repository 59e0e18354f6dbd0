namespace Federated.Core.Privacy.Governance;

/// <summary>Names with '*' for any characters, also none.</summary>
public static class NamePattern
{
    /// <summary>Whether a text is what a pattern describes, whole. Takes time in proportion to the product of both lengths.</summary>
    public static bool Matches(string pattern, string text, StringComparison comparison = StringComparison.Ordinal)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark, p) = (p, t, p + 1);
            else if (p < pattern.Length && pattern.AsSpan(p, 1).Equals(text.AsSpan(t, 1), comparison)) (p, t) = (p + 1, t + 1);
            else if (star >= 0) (p, t, mark) = (star + 1, mark + 1, mark + 1);   // the last star takes one character more
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    /// <summary>Whether one of several patterns describes a text.</summary>
    public static bool MatchesAny(IEnumerable<string> patterns, string text, StringComparison comparison = StringComparison.Ordinal) =>
        patterns.Any(pattern => Matches(pattern, text, comparison));
}
