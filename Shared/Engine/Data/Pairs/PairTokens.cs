using System.Text;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Pairs;

/// <summary>Cuts sentences into tokens. Characters are Unicode's code points as the file has them: composing them would need tables that not every machine has.</summary>
internal static class PairTokens
{
    /// <summary>The tokens in order. Words: in lower case, runs of letters, digits, marks and apostrophes, and each other character but blanks. Characters: each one, and a blank between words.</summary>
    public static List<string> Split(string sentence, TokenKind kind) => kind == TokenKind.Word ? Words(sentence.ToLowerInvariant()) : Characters(sentence);

    /// <summary>A sentence out of tokens. Words: a blank between them, but not before closing punctuation.</summary>
    public static string Join(IEnumerable<string> tokens, TokenKind kind)
    {
        if (kind == TokenKind.Character) return string.Concat(tokens);
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            if (text.Length > 0 && token is not ("." or "," or "!" or "?" or ":" or ";" or ")" or "%")) text.Append(' ');
            text.Append(token);
        }
        return text.ToString();
    }

    /// <summary>What makes two sentences the same for the division into training and test: letters and digits in lower case.</summary>
    public static string Sameness(string sentence) =>
        string.Join(' ', Words(sentence.ToLowerInvariant()).Where(token => token.Any(char.IsLetterOrDigit)));

    private static List<string> Words(string sentence)
    {
        var (tokens, word) = (new List<string>(), new StringBuilder());
        foreach (var rune in sentence.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is '\'' or '\u2019' || (IsMark(rune) && word.Length > 0))
            {
                word.Append(rune.Value == '\u2019' ? "'" : rune.ToString());
                continue;
            }
            End();
            if (!Rune.IsWhiteSpace(rune)) tokens.Add(rune.ToString());
        }
        End();
        return tokens;

        void End()
        {
            if (word.Length > 0) tokens.Add(word.ToString());
            word.Clear();
        }
    }

    private static List<string> Characters(string sentence)
    {
        var tokens = new List<string>();
        foreach (var rune in sentence.Trim().EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune)) tokens.Add(rune.ToString());
            else if (tokens[^1] != " ") tokens.Add(" ");
        }
        return tokens;
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
