namespace Federated.Core.Jobs;

/// <summary>How sentence pairs become symbols: 0 is padding, 1 a token that the vocabulary does not have, 2 the begin and 3 the end of a sentence, then the vocabulary.</summary>
public sealed record PairsSpec
{
    /// <value>pairs: the file of targets, line by line beside data.path; null where data.path has both.</value>
    [JobField("A file with a translation for each line of data.path, looked up like it.", DefaultInWords = "none: data.path is a TSV of source, target and, if there is a third column, client")]
    [AppliesWhen("data.name", "pairs")]
    public string? Targets { get; init; }

    /// <value>Tokens of the longest source.</value>
    [JobField("Tokens of the longest source sentence; pairs with a longer one are left out.", Minimum = 1, Maximum = 4096)]
    public int SourceLength { get; init; } = 32;

    /// <value>Tokens of the longest target.</value>
    [JobField("Tokens of the longest target sentence; pairs with a longer one are left out.", Minimum = 1, Maximum = 4096)]
    public int TargetLength { get; init; } = 32;

    /// <value>What a source's token is.</value>
    [JobField("What a token of the source is. word: in lower case, runs of letters, digits and apostrophes, and each other character but blanks. character: each character, and one blank between words.")]
    public TokenKind SourceTokens { get; init; } = TokenKind.Word;

    /// <value>What a target's token is.</value>
    [JobField("The same for the target.")]
    public TokenKind TargetTokens { get; init; } = TokenKind.Word;

    /// <value>File of the source's symbols; null for those of the training data.</value>
    [JobField("A file with one token of the source on each line, looked up like data.path. data.placement local needs it, for sites must agree.", DefaultInWords = "the training data's tokens")]
    public string? SourceVocabulary { get; init; }

    /// <value>File of the target's symbols; null for those of the training data.</value>
    [JobField("The same for the target.", DefaultInWords = "the training data's tokens")]
    public string? TargetVocabulary { get; init; }

    /// <value>Largest vocabulary from the training data.</value>
    [JobField("Without a vocabulary file: at most so many tokens of a language, the most frequent ones.", Minimum = 1, Maximum = 1_000_000)]
    public int Size { get; init; } = 8000;

    /// <value>How often a token must occur in the training data to be in its vocabulary.</value>
    [JobField("Without a vocabulary file: tokens that the training data has less often are unknown.", Minimum = 1, Maximum = 1_000_000)]
    public int MinimumCount { get; init; } = 2;

    /// <value>Clients that contributors are bundled into; null for a client each.</value>
    [JobField("Contributors are bundled into so many clients with about equally many sentences.", Minimum = 1, Maximum = 100_000, DefaultInWords = "each contributor is a client")]
    public int? Groups { get; init; }
}
