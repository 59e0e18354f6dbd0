using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Jobs;

public sealed class TextRulesTests
{
    private const string Model = "model: {layers: [embedding: {size: 4}, lstm: {units: 8}, dense: {units: 2}]}\n";

    [Theory]
    [InlineData("{name: labelled_text}", "line 2, data.path: is missing; data.name labelled_text needs the path of a file or folder.")]
    [InlineData("{name: leaf, path: x, placement: local, text: {tokens: word}}", "line 2, data.text.vocabulary: is missing; with data.placement local no site sees the words of another: give every site the same file with a word on each line.")]
    [InlineData("{name: labelled_text, path: x, text: {size: 50}}", "line 2, data.text.size: has no effect with data.text.tokens character, only with word; remove it.")]
    [InlineData("{name: labelled_text, path: x, text: {tokens: word, size: 50, vocabulary: v.txt}}", "line 2, data.text.size: has no effect beside data.text.vocabulary, whose file decides; remove it.")]
    [InlineData("{name: leaf, path: x, text: {roles: true}}", "line 2, data.text.roles: has no effect with data.name leaf, only with text; remove it.")]
    [InlineData("{name: text, path: x, text: {tokens: word, role_characters: 9}}", "line 2, data.text.role_characters: has no effect without roles; remove it or set data.text.roles.")]
    [InlineData("{name: csv, path: x, text: {length: 9}}", "line 2, data.text: has no effect with data.name csv, only with text, labelled_text, leaf, shakespeare or sentiment-sentences; remove it.")]
    public void Keys_that_do_not_go_together_are_one_sentence(string data, string error) =>
        Assert.Equal([error], JobReader.Read($"{Model}data: {data}").Errors.Select(found => found.ToString()));

    [Theory]
    [InlineData("{name: labelled_text, path: x, label: y, client_column: who, text: {tokens: word, size: 50}}")]
    [InlineData("{name: leaf, path: x, partition: {kind: natural}}")]
    [InlineData("{name: sentiment-sentences, partition: {kind: natural}, text: {tokens: word, length: 40}}")]
    [InlineData("{name: labelled_text, path: x, placement: local, text: {tokens: word, vocabulary: words.txt}}")]
    public void Keys_that_go_together_are_accepted(string data) => Assert.Empty(JobReader.Read($"{Model}data: {data}").Errors);

    [Fact]
    public void Characters_are_known_before_the_text_is_read_and_words_are_not()
    {
        var windows = DatasetCatalog.ShapeOf(new DataSpec { Name = "text", Text = new() { Length = 30 } })!;
        Assert.Equal((Objective.LanguageModel, 98, 30), (windows.Objective, windows.Vocabularies[0], windows.TargetWidth));   // 95 printable characters, the line's end, padding, unknown
        Assert.Equal<int>([30, 98], windows.Output);
        Assert.Equal<int>([67], DatasetCatalog.ShapeOf(new DataSpec { Name = "shakespeare" })!.Vocabularies);
        Assert.Null(DatasetCatalog.ShapeOf(new DataSpec { Name = "shakespeare", Text = new() { Tokens = TokenKind.Word } }));
        Assert.Null(DatasetCatalog.ShapeOf(new DataSpec { Name = "text", Text = new() { Vocabulary = "v.txt" } }));
        Assert.Null(DatasetCatalog.ShapeOf(new DataSpec { Name = "labelled_text" }));
    }

    [Fact]
    public void Model_that_gives_one_class_does_not_fit_running_text() =>
        Assert.Contains("gives [2] and the data set needs [80, 67]", Assert.Single(JobReader.Read($"{Model}data: {{name: shakespeare}}").Errors).ToString(), StringComparison.Ordinal);
}
