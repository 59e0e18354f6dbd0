using Federated.Core.Jobs;

namespace Federated.Engine.Tests.Data.Wrong;

/// <summary>Running text, texts with labels, LEAF's files, sentence pairs and ratings.</summary>
public sealed class WrongTextTests : IDisposable
{
    private const string Vocabulary = "fine\nday\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("labelled_text", "bad.tsv", "text\tz\nfine\t1\n", "line 1: there is no column 'y'", "Correct data.label, or the file's first line.")]
    [InlineData("labelled_text", "bad.tsv", "text\ty\nfine\t\n", "line 2: the label is missing", "fill it in, or leave the row out")]
    [InlineData("labelled_text", "bad.tsv", "text\ty\nfine\n", "line 2: 1 fields", "Give every row as many")]
    [InlineData("labelled_text", "bad.tsv", "text\ty\n", "line 1: there is no row", "Give it rows")]
    [InlineData("labelled_text", "bad.tsv", "", "line 1: there is no row", "Give it rows")]
    [InlineData("labelled_text", "bad.tsv", "text\ty\nsch\u00f6ner Tag\t1\n", "are not in the vocabulary", "give one that fits in data.text.vocabulary")]
    [InlineData("text", "bad.txt", "", "0 symbols to train on", "give more text")]
    [InlineData("text", "bad.txt", "ein sch\u00f6ner Tag, nicht wahr", "are not in the vocabulary", "give one that fits in data.text.vocabulary")]
    [InlineData("pairs", "bad.tsv", "go\tgeh\nstop\t\n", "line 2: the target is missing", "fill it in or remove the line")]
    [InlineData("pairs", "bad.tsv", "go\tgeh\nstop\n", "line 2: 1 columns", "expected are source and target")]
    [InlineData("pairs", "bad.tsv", "", "there is no pair", "Give each line a source and a target")]
    [InlineData("ratings", "bad.csv", "1,2,3\n", "line 1: 3 fields", "Correct the line, or leave it out")]
    [InlineData("ratings", "bad.csv", "1,2,3,4\n1,3,,5\n", "line 2: the rating '' is not a finite number", "correct it, or leave the line out")]
    [InlineData("ratings", "bad.csv", "", "line 1: there is no rating", "Give each line a user")]
    [InlineData("leaf", "bad.json", "", "line 1: this is not JSON", "is it cut off?")]
    [InlineData("leaf", "bad.json", "{\"users\": [\"a\"],\n\"user_data\": {\"a\"", "line 2: this is not JSON", "is it cut off?")]
    [InlineData("leaf", "bad.json", "{\"users\": [\"a\"], \"user_data\": {\"a\": {\"x\": [], \"y\": []}}}", "user 'a' has no examples", "leave the user out")]
    [InlineData("leaf", "bad.json", "{\"users\": [\"a\"], \"user_data\": {\"a\": {\"x\": [\"fine\"], \"y\": [null]}}}", "user 'a', example 1", "Give it one, or leave the example out")]
    public void File_is_refused(string name, string file, string text, string place, string remedy)
    {
        _folder.Write(file, text);
        _folder.Write("words.txt", Vocabulary);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec(name, file)), "bad", place, remedy);
    }

    [Theory]
    [InlineData("text", "bad.txt")]
    [InlineData("labelled_text", "bad.tsv")]
    [InlineData("pairs", "bad.tsv")]
    [InlineData("ratings", "bad.csv")]
    [InlineData("leaf", "bad.json")]
    public void Bytes_that_are_no_text_are_told_with_their_line(string name, string file)
    {
        _folder.Write(file, [.. "1\t2\t3\t4\n"u8, 0xFF, 0xFE, (byte)'\n']);
        _folder.Write("words.txt", Vocabulary);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec(name, file)), file, "line 2: the text is not UTF-8", "Convert the file");
    }

    [Fact]
    public void Pairs_of_another_language_than_the_vocabularys_are_refused()
    {
        _folder.Write("bad.tsv", "geh weg\tgo away\nhalt\tfine day\n");
        _folder.Write("words.txt", Vocabulary);
        var spec = Spec("pairs", "bad.tsv") with { Pairs = new() { SourceVocabulary = "words.txt", MinimumCount = 1 } };
        WrongData.AssertTells(WrongData.Refusal(_folder, spec), "words.txt", "3 of the sentences' 3 tokens", "give one that fits in data.pairs.source_vocabulary");
    }

    [Fact]
    public void User_of_leaf_whose_examples_are_wrong_fails_alone()
    {
        _folder.Write("f.json", """{"users": ["a", "b"], "user_data": {"a": {"x": ["fine day", "fine"], "y": [1, 0]}, "b": {"x": [""], "y": [1]}}}""");
        _folder.Write("words.txt", Vocabulary);
        var set = WrongData.Load(_folder, Spec("leaf", "f.json"));
        Assert.Equal<string>(["a", "a"], set.Owners);
        WrongData.AssertTells(Assert.Single(set.Faults).Reason, "f.json", "user 'b', example 1", "its text is empty");
    }

    private static DataSpec Spec(string name, string path) => new()
    {
        Name = name,
        Path = path,
        Label = name == "labelled_text" ? "y" : null,
        Text = new() { Tokens = TokenKind.Word, Vocabulary = name is "text" or "labelled_text" or "leaf" ? "words.txt" : null },
        Ratings = new() { Feedback = Feedback.Explicit },
    };
}
