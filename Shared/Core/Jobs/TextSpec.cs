namespace Federated.Core.Jobs;

/// <summary>How text becomes symbols: index 0 is padding, 1 a symbol that the vocabulary does not have, then the vocabulary.</summary>
public sealed record TextSpec
{
    /// <value>What a symbol is.</value>
    [JobField("character: each character is a symbol; without a vocabulary file printable ASCII and the line's end, or the set's own. "
        + "word: in lower case, runs of letters, digits and apostrophes; any other character but blanks is a symbol of its own.")]
    public TokenKind Tokens { get; init; } = TokenKind.Character;

    /// <value>Symbols of an example.</value>
    [JobField("Symbols of an example: running text is cut into windows of so many, a labelled text is cut off after so many; shorter ones are padded.", Minimum = 1, Maximum = 65_536)]
    public int Length { get; init; } = 80;

    /// <value>File of symbols; null for the characters of the set, or the words of the training texts.</value>
    [JobField("A file with a symbol on each line (\\n, \\t and \\\\ for a line's end, a tab and a backslash), looked up like data.path. Words with data.placement local need one, "
        + "for sites must agree on it.", DefaultInWords = "fixed characters, or the words of the training texts")]
    public string? Vocabulary { get; init; }

    /// <value>Words without a vocabulary file: the largest number of them.</value>
    [JobField("Without a vocabulary file: at most so many words, the most frequent ones; words that occur once are not among them.", Minimum = 1, Maximum = 1_000_000)]
    [AppliesWhen("data.text.tokens", "word")]
    public int Size { get; init; } = 10_000;

    /// <value>text: whether ROLE: blocks are clients.</value>
    [JobField("Whether the text is blocks, apart by an empty line, whose first line is a role and a colon; each role is a client then.")]
    [AppliesWhen("data.name", "text")]
    public bool Roles { get; init; }

    /// <value>Roles with fewer characters are left out.</value>
    [JobField("Roles with fewer characters are left out.", Minimum = 0, Maximum = 1_000_000_000)]
    [AppliesWhen("data.name", "text", "shakespeare")]
    public int RoleCharacters { get; init; } = 2000;

    /// <value>labelled_text: the text's column; null for the first that is nothing else.</value>
    [JobField("The text's column.", DefaultInWords = "the first that is not the label's or the client's")]
    [AppliesWhen("data.name", "labelled_text")]
    public string? Column { get; init; }

    /// <value>labelled_text: whether the first row names the columns.</value>
    [JobField("Whether the first row names the columns; without names they are c0, c1 ...")]
    [AppliesWhen("data.name", "labelled_text")]
    public bool Header { get; init; } = true;
}

/// <summary>What a symbol of a text is.</summary>
public enum TokenKind
{
    /// <summary>A character.</summary>
    Character,

    /// <summary>A word.</summary>
    Word,
}
