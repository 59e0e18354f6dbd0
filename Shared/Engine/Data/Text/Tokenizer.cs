using System.Globalization;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>Cuts text into symbols. Pure.</summary>
internal static class Tokenizer
{
    /// <summary>The symbols in order: every character (of Unicode, so that a pair of surrogates is one), or the words of the text in lower case. A word is a run of letters, marks,
    /// digits and apostrophes; any other character but blanks is a symbol by itself.</summary>
    public static IEnumerable<string> Split(string text, TokenKind kind) => kind == TokenKind.Character ? Characters(text) : Words(text.ToLowerInvariant());

    private static IEnumerable<string> Characters(string text)
    {
        foreach (var rune in text.EnumerateRunes()) yield return rune.IsAscii ? ((char)rune.Value).ToString() : rune.ToString();
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && IsInWord(text, end)) end += char.IsSurrogatePair(text, end) ? 2 : 1;
            if (end == start) end += char.IsSurrogatePair(text, start) ? 2 : 1;
            if (!char.IsWhiteSpace(text, start)) yield return text[start..end];
            start = end;
        }
    }

    private static bool IsInWord(string text, int at) => text[at] == '\'' || char.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark || char.IsLetterOrDigit(text, at);
}
