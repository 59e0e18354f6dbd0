namespace Federated.Core.Parameters;

/// <summary>Names of tensors by patterns, in which * stands for any letters, or none.</summary>
public static class NamePattern
{
    /// <summary>Whether a name is one of a pattern's. Time grows with the product of their lengths.</summary>
    public static bool Matches(string pattern, string name)
    {
        // The last star takes one letter more each time that what follows it does not fit.
        var (at, letter, star, taken) = (0, 0, -1, 0);
        while (letter < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*') (star, taken, at) = (at, letter, at + 1);
            else if (at < pattern.Length && pattern[at] == name[letter]) (at, letter) = (at + 1, letter + 1);
            else if (star >= 0) (at, letter, taken) = (star + 1, taken + 1, taken + 1);
            else return false;
        }
        return pattern.AsSpan(at).IndexOfAnyExcept('*') < 0;
    }
}
