using Federated.Core.Jobs;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Tests.Data.Text;

public sealed class VocabularyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Words_are_lower_case_with_punctuation_by_itself() =>
        Assert.Equal(["wow", ".", ".", ".", "didn't", "cost", "$", "5", ",", "\u00fcber", "\ud83d\ude00", "\u7801"], Tokenizer.Split("Wow...  Didn't\ncost $5, \u00dcber\ud83d\ude00 \u7801", TokenKind.Word));

    [Fact]
    public void Characters_are_those_of_Unicode() => Assert.Equal(["A", "\n", "\ud83d\ude00", "\u00fc"], Tokenizer.Split("A\n\ud83d\ude00\u00fc", TokenKind.Character));

    [Fact]
    public void Most_frequent_words_come_first_and_those_that_occur_once_are_unknown()
    {
        var vocabulary = Vocabulary.OfWords("b a c b a d d d".Split(' '), most: 2);
        Assert.Equal(4, vocabulary.Size);
        Assert.Equal([2, 3, 1, 1], vocabulary.Encode(["d", "a", "b", "c"]));   // a and b occur twice, and only one has room
    }

    [Fact]
    public void File_has_a_symbol_on_each_line()
    {
        var vocabulary = Vocabularies.Read(_folder.Write("v.txt", "a\r\n\\n\r\n\\\\\r\n \r\n"), TokenKind.Character);
        Assert.Equal([2, 3, 4, 5, 1], vocabulary.Encode(["a", "\n", "\\", " ", "b"]));
    }

    [Fact]
    public void All_errors_of_a_file_are_told_at_once_with_their_lines()
    {
        var path = _folder.Write("v.txt", "good\n\nBad\ngood\nNew York\n");
        Assert.Equal($"{path} cannot be used:\n"
            + "  line 2 is empty; each line is a symbol.\n"
            + "  line 3: 'Bad' is not a word that a text is cut into: those are in lower case, without blanks, and punctuation is by itself.\n"
            + "  line 4: 'good' is in line 1 already.\n"
            + "  line 5: 'New York' is not a word that a text is cut into: those are in lower case, without blanks, and punctuation is by itself.", Refusal(path, TokenKind.Word));
        Assert.Contains("line 1: 'good' is not a character", Refusal(path, TokenKind.Character), StringComparison.Ordinal);
        Assert.Contains("there is no symbol in it", Refusal(_folder.Write("empty.txt", ""), TokenKind.Word), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_mostly_of_other_symbols_is_refused_with_the_name_of_the_vocabulary()
    {
        _folder.Write("t.txt", "aaab");
        _folder.Write("v.txt", "b\nc\n");
        var data = new DataSpec { Name = "text", Path = "t.txt", Test = 0, Clients = 1, Text = new() { Vocabulary = "v.txt" } };
        Assert.Equal($"{Path.Combine(_folder.Path, "t.txt")} cannot be used:\n  3 of its 4 characters are not in the vocabulary ({Path.Combine(_folder.Path, "v.txt")}): give one that fits in data.text.vocabulary.",
            Assert.Throws<EngineException>(() => TextReading.Load(data, _folder)).Message);
    }

    private static string Refusal(string path, TokenKind kind) => Assert.Throws<EngineException>(() => Vocabularies.Read(path, kind)).Message;
}
