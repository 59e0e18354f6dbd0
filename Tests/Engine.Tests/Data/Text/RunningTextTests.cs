using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data.Text;

public sealed class RunningTextTests : IDisposable
{
    // Index 2 is the line's end, 3 the blank, so 'a' has 3 + 'a' - ' '.
    private const int A = 68;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Windows_follow_each_other_and_the_test_share_is_the_end()
    {
        _folder.Write("t.txt", "abcdefghij");
        var set = TextReading.Load(Spec(length: 3, test: 0.3), _folder);
        Assert.Equal(Objective.LanguageModel, set.Shape.Objective);
        Assert.Equal((2, 1), (set.Train.Count, set.Test!.Count));
        Same([A, A + 1, A + 2], [A + 1, A + 2, A + 3], set.Train, 0);
        Same([A + 3, A + 4, A + 5], [A + 4, A + 5, A + 6], set.Train, 1);
        Same([A + 7, A + 8, 0], [A + 8, A + 9, 0], set.Test, 0);   // the rest, padded

        static void Same(int[] inputs, int[] next, ExampleSet set, int window)
        {
            Assert.Equal(inputs, set.Inputs(window));
            Assert.Equal(next, set.Next(window));
        }
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(7, 0.2)]
    [InlineData(64, 0.33)]
    [InlineData(500, 0.9)]
    public void No_symbol_of_the_test_share_is_seen_in_training_and_every_other_is_predicted_once(int length, double test)
    {
        // Every symbol of the text is another one, so that a symbol tells its place.
        const int Count = 400;
        string[] symbols = [.. Enumerable.Range(0, Count).Select(place => char.ConvertFromUtf32(0x4E00 + place))];
        _folder.Write("v.txt", string.Join('\n', symbols));
        _folder.Write("t.txt", string.Concat(symbols));
        var set = TextReading.Load(Spec(length, test) with { Text = new() { Length = length, Vocabulary = "v.txt" } }, _folder);
        var kept = Count - (int)(test * Count + 1e-9);

        Assert.Equal(Enumerable.Range(2, kept), Seen(set.Train));
        Assert.Equal(Enumerable.Range(2 + kept, Count - kept), Seen(set.Test!));
        Assert.Equal(Enumerable.Range(3, kept - 1), Predicted(set.Train));
        Assert.Equal(Enumerable.Range(3 + kept, Count - kept - 1), Predicted(set.Test!));

        static IEnumerable<int> Seen(ExampleSet set) => Predicted(set).Concat(Enumerable.Range(0, set.Count).SelectMany(set.Inputs)).Where(symbol => symbol > 0).Distinct().Order();
        static IEnumerable<int> Predicted(ExampleSet set) => Enumerable.Range(0, set.Count).SelectMany(set.Next).Where(symbol => symbol > 0);
    }

    [Fact]
    public void Each_file_of_a_folder_is_a_client_whose_own_end_is_its_test_share()
    {
        _folder.Write("f/b.txt", "bbbbbbbbbb");
        _folder.Write("f/a.txt", "aaaaa");
        _folder.Write("f/notes.md", "not a text");
        var set = TextReading.Load(Spec(length: 2, test: 0.4) with { Path = "f" }, _folder);
        Assert.Equal<string>(["a", "b", "b", "b"], set.Owners);        // 3 symbols and 6: windows of 2, and of 2, 2 and 1
        Assert.Equal<string>(["a", "b", "b"], set.TestOwners);
        Assert.Equal([A + 1, 0], set.Train.Next(3));
    }

    [Fact]
    public async Task Local_client_has_the_end_of_its_text_as_test_share_of_its_own()
    {
        _folder.Write("f/b.txt", "bbbbbbbbbb");
        _folder.Write("f/a.txt", "aaaaa");
        var store = new DatasetStore(TextReading.Folders(_folder));
        var data = await store.LoadAsync(Spec(length: 2, test: 0.4) with { Path = "f", Placement = Placement.Local }, 1, ["b", "a"], CancellationToken.None);
        Assert.Equal<int>([1, 2, 3], data.Clients[0].Train);
        Assert.Equal<int>([1, 2], data.Clients[0].Test);
        Assert.Equal<int>([0], data.Clients[1].Test);
    }

    [Fact]
    public void Words_are_those_of_the_training_part_alone()
    {
        _folder.Write("t.txt", "To be or to be, to be new new new new");
        var set = TextReading.Load(Spec(length: 6, test: 0.4) with { Text = new() { Tokens = TokenKind.Word, Length = 6 } }, _folder);
        Assert.Equal<int>([4], set.Shape.Vocabularies);                 // padding, unknown, be, to
        Assert.Equal([3, 2, 1, 3, 2, 1], set.Train.Inputs(0));
        Assert.Equal([1, 1, 1, 0, 0, 0], set.Test!.Inputs(0));
    }

    [Fact]
    public void Roles_are_clients_and_short_ones_are_left_out()
    {
        _folder.Write("t.txt", "KING LEAR:\nab\ncd\n\nFool:\nx\n\nSilent:\n\n\nKING LEAR:\r\nef\r\n");
        var spec = Spec(length: 4, test: 0) with { Text = new() { Length = 4, Roles = true, RoleCharacters = 3 } };
        var set = TextReading.Load(spec, _folder);
        Assert.Equal<string>(["KING LEAR", "KING LEAR"], set.Owners);
        Assert.Equal([A, A + 1, 2, A + 2], set.Train.Inputs(0));        // "ab\ncd\nef\n"
        Assert.Equal([2, A + 4, A + 5, 2], set.Train.Next(1));
    }

    [Fact]
    public void Text_without_roles_is_told_by_line()
    {
        var path = _folder.Write("t.txt", "A:\nfine\n\nno role\nmore\n\nB:\nfine\n\n:\n");
        var spec = Spec(length: 4, test: 0) with { Text = new() { Roles = true } };
        Assert.Equal($"{path} cannot be used:\n"
            + "  line 4: 'no role' should be a role and a colon, since an empty line ends a speech; without roles set data.text.roles to false.\n"
            + "  line 10: ':' should be a role and a colon, since an empty line ends a speech; without roles set data.text.roles to false.", TextReading.Refusal(spec, _folder));
        _folder.Write("t.txt", "A:\nfine\n");
        Assert.Equal($"{path} cannot be used:\n  none of its 1 roles has 2000 characters or more; lower data.text.role_characters.", TextReading.Refusal(spec, _folder));
    }

    [Theory]
    [InlineData("", "the text has 0 symbols to train on, and predicting the next one needs at least 2: give more text, or leave it out.")]
    [InlineData("a", "the text has 1 symbols to train on, and predicting the next one needs at least 2: give more text, or leave it out.")]
    [InlineData("\u0434\u0430 \u043d\u0435\u0442", "5 of its 6 characters are not in the vocabulary (printable ASCII and the line's end): give one that fits in data.text.vocabulary.")]
    public void Text_that_cannot_be_used_says_why(string text, string expected)
    {
        var path = _folder.Write("t.txt", text);
        Assert.Equal($"{path} cannot be used:\n  {expected}", TextReading.Refusal(Spec(length: 3, test: 0), _folder));
    }

    [Fact]
    public void Empty_client_is_named()
    {
        _folder.Write("f/a.txt", "plenty of text");
        _folder.Write("f/b.txt", "\ufeff");
        var fault = Assert.Single(TextReading.Load(Spec(length: 3, test: 0) with { Path = "f" }, _folder).Faults);
        Assert.Equal(("b", $"{Path.Combine(_folder.Path, "f")} cannot be used:\n  client 'b' has 0 symbols to train on, and predicting the next one needs at least 2: give more text, or leave it out."),
            (fault.Client, fault.Reason));
    }

    [Fact]
    public void File_in_another_encoding_is_told_with_its_line()
    {
        var path = _folder.Write("t.txt", [(byte)'a', (byte)'\n', 0xFC, (byte)'b']);
        Assert.Equal($"{path}, line 2: the text is not UTF-8. Convert the file, for example by 'iconv -f latin1 -t utf-8'.", TextReading.Refusal(Spec(length: 3, test: 0), _folder));
    }

    [Fact]
    public void Folder_without_texts_says_what_it_looks_for()
    {
        _folder.Write("f/a.doc", "x");
        Assert.Equal($"The folder {Path.Combine(_folder.Path, "f")} has no file that ends with .txt.", TextReading.Refusal(Spec(length: 3, test: 0) with { Path = "f" }, _folder));
    }

    private static DataSpec Spec(int length, double test) => new() { Name = "text", Path = "t.txt", Test = test, Text = new() { Length = length } };
}
