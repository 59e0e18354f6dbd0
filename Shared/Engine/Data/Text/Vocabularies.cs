using Federated.Core.Datasets;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>The vocabulary that a job asks for.</summary>
internal static class Vocabularies
{
    /// <summary>What is fixed before the texts are read: a file's, or the characters of the set; null for the words of the training texts.</summary>
    /// <exception cref="EngineException">The file is not there, or not a vocabulary.</exception>
    public static Vocabulary? Fixed(DataSpec data, DataFolders folders)
    {
        if (Path(data, folders) is { } path) return Read(path, data.Text.Tokens);
        return data.Text.Tokens == TokenKind.Word ? null
            : new(TextSets.CharactersOf(data.Name), TokenKind.Character, data.Name == TextSets.Shakespeare ? "the 65 of shakespeare" : "printable ASCII and the line's end");
    }

    /// <summary>Tells which vocabulary <see cref="Fixed"/> reads.</summary>
    public static string Key(DataSpec data, DataFolders folders) => Path(data, folders) is { } path ? DataPath.Stamp(path) : "";

    /// <summary>Reads a file with a symbol on each line.</summary>
    /// <exception cref="EngineException">A line is empty, a repetition, or no symbol; up to 20 errors with their lines.</exception>
    public static Vocabulary Read(string path, TokenKind kind) =>
        new(SymbolFile.Read(path, symbol => Tokenizer.Split(symbol, kind).ToArray() is [var only] && only == symbol ? null : Complaint(kind)), kind, path);

    private static string? Path(DataSpec data, DataFolders folders) =>
        data.Text.Vocabulary is { } given ? DataPath.FindFile(given, "data.text.vocabulary", "vocabulary", folders) : null;

    private static string Complaint(TokenKind kind) => kind == TokenKind.Word
        ? "is not a word that a text is cut into: those are in lower case, without blanks, and punctuation is by itself."
        : "is not a character; with data.text.tokens character each line is one.";
}
