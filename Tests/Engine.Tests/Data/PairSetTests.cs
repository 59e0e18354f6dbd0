using System.IO.Compression;
using System.Text;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Pairs;
using Federated.Engine.Data.Sources;

namespace Federated.Engine.Tests.Data;

public sealed class PairSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DataFolders Folders => new([_folder.Path], _folder.Path);

    private static DataSpec Job(PairsSpec? pairs = null, double test = 0, string path = "pairs.tsv") =>
        new() { Name = "pairs", Path = path, Test = test, Pairs = pairs ?? new() { MinimumCount = 1, SourceLength = 4, TargetLength = 3 } };

    private LoadedSet Load(string text, DataSpec? data = null)
    {
        Write("pairs.tsv", text);
        return new PairsSource().Load(data ?? Job(), Folders);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);

    private string Refusal(string text, DataSpec? data = null) => Assert.Throws<EngineException>(() => Load(text, data)).Message;

    private static float[] Row(ExampleSet set, int index, bool target)
    {
        var values = new float[target ? set.TargetWidth : set.Width];
        if (target) set.CopyTarget(index, values);
        else set.CopyFeatures(index, values);
        return values;
    }

    [Fact]
    public void Pair_becomes_source_shifted_target_and_target_by_vocabularies_in_order_of_frequency()
    {
        var set = Load("Go, go!\tgeh\nStop\tgeh weg\n");
        Assert.Equal<string>(["<padding>", "<unknown>", "<begin>", "<end>", "go", "!", ",", "stop"], set.Shape.SymbolNames[0]);
        Assert.Equal<string>(["<padding>", "<unknown>", "<begin>", "<end>", "geh", "weg"], set.Shape.SymbolNames[1]);
        Assert.Equal<int>([4 + 4], set.Shape.Input);
        Assert.Equal<int>([4, 6], set.Shape.Output);
        Assert.Equal((4, 8, 6), (set.Shape.SourceLength, set.Shape.Vocabularies[0], set.Shape.Vocabularies[1]));
        Assert.Equal([4, 6, 4, 5, 2, 4, 0, 0], Row(set.Train, 0, target: false));
        Assert.Equal([4, 3, 0, 0], Row(set.Train, 0, target: true));
        Assert.Equal([7, 0, 0, 0, 2, 4, 5, 0], Row(set.Train, 1, target: false));
        Assert.Equal([4, 5, 3, 0], Row(set.Train, 1, target: true));
        Assert.Equal(0, set.Test!.Count);
    }

    [Theory]
    [InlineData("It's 5 o\u2019clock, OK?", TokenKind.Word, "it's|5|o'clock|,|ok|?")]
    [InlineData(" 저는  가요. ", TokenKind.Character, "저|는| |가|요|.")]
    [InlineData("저는 가요.", TokenKind.Word, "저는|가요|.")]
    public void Sentences_are_cut_into_tokens(string sentence, TokenKind kind, string tokens) => Assert.Equal(tokens, string.Join('|', PairTokens.Split(sentence, kind)));

    [Fact]
    public void Longer_pairs_rare_tokens_and_those_beyond_the_size_are_left_out()
    {
        var set = Load("a b c d e\tx\na b\tx y z x\na a b c\tx\n", Job(new() { SourceLength = 4, TargetLength = 3, Size = 1, MinimumCount = 1 }));
        Assert.Equal(1, set.Train.Count);
        Assert.Equal<string>(["a"], set.Shape.SymbolNames[0][4..]);
        Assert.Equal([4, 4, 1, 1], Row(set.Train, 0, target: false)[..4]);
        Assert.Equal<string>(["a"], Load("a b\tx\na c\tx\n", Job(new() { MinimumCount = 2 })).Shape.SymbolNames[0][4..]);
    }

    [Fact]
    public void Same_sentence_never_stands_in_training_and_test_and_tests_tokens_are_not_learnt()
    {
        var lines = Enumerable.Range(0, 200).SelectMany(i => new[] { $"Word{i}!\tx{i}\tanna", $"word{i}.\ty{i}\tbert" });
        var set = Load(string.Join('\n', lines), Job(new() { MinimumCount = 1 }, test: 0.25));
        Assert.Equal(400, set.Train.Count + set.Test!.Count);
        Assert.InRange(set.Test.Count, 60, 140);   // 100 expected; 3.3 standard deviations of draws by two
        Assert.Equal(set.Train.Count, set.Shape.SymbolNames[1].Length - 4);   // each target has one word of its own
        Assert.All(Enumerable.Range(0, set.Test.Count), row => Assert.Equal(1, Row(set.Test, row, target: false)[0]));
        Assert.Equal(set.Train.Count / 2, set.Owners.Count(owner => owner == "anna"));
        Assert.Equal(set.Test.Count / 2, set.TestOwners.Count(owner => owner == "bert"));
    }

    [Fact]
    public void Contributors_are_clients_or_bundled_into_groups()
    {
        const string Text = "a\tx\tanna\nb\tx\tanna\nc\tx\tbert\nd\tx\tcarl\n";
        Assert.Equal<string>(["anna", "anna", "bert", "carl"], Load(Text).Owners);
        Assert.Equal<string>(["group-1", "group-1", "group-2", "group-2"], Load(Text, Job(new() { Groups = 2 })).Owners);
        Assert.Contains("does not name any", Refusal("a\tx\n", Job(new() { Groups = 2 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_aligned_files_may_be_gzipped()
    {
        Write("en.txt", "Go\nStop\n");
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder.Path, "de.txt.gz")), CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes("geh\nhalt\n"));
        var set = new PairsSource().Load(Job(new() { Targets = "de.txt.gz", MinimumCount = 1 }, path: "en.txt"), Folders);
        Assert.Equal(2, set.Train.Count);
        Assert.Equal<string>(["geh", "halt"], set.Shape.SymbolNames[1][4..]);
        Assert.Empty(set.Owners);
    }

    [Fact]
    public void Errors_name_file_and_line_all_at_once()
    {
        var message = Refusal("a\tx\nb\n\tx\nc\t \nd\tx\tanna\n");
        Assert.StartsWith($"{Path.Combine(_folder.Path, "pairs.tsv")} cannot be used:\n", message, StringComparison.Ordinal);
        Assert.Contains("\n  line 2: 1 columns; expected are source and target", message, StringComparison.Ordinal);
        Assert.Contains("\n  line 3: the source is missing", message, StringComparison.Ordinal);
        Assert.Contains("\n  line 4: the target is missing", message, StringComparison.Ordinal);
        Assert.Contains("\n  line 5: 3 columns", message, StringComparison.Ordinal);
        Assert.Contains("line 2: the third column names no client", Refusal("a\tx\tanna\nb\tx\t\n"), StringComparison.Ordinal);
        Assert.Contains("Only the first 20 errors are shown.", Refusal("a\tx\n" + string.Concat(Enumerable.Repeat("b\n", 30))), StringComparison.Ordinal);
        Assert.Contains("there is no pair", Refusal(""), StringComparison.Ordinal);
    }

    [Fact]
    public void Misaligned_files_are_refused_at_the_first_line_that_has_no_partner()
    {
        Write("en.txt", "Go\nStop\nHalt\n");
        Write("de.txt", "geh\n\n");
        var message = Assert.Throws<EngineException>(() => new PairsSource().Load(Job(new() { Targets = "de.txt" }, path: "en.txt"), Folders)).Message;
        Assert.StartsWith($"{Path.Combine(_folder.Path, "en.txt")} with {Path.Combine(_folder.Path, "de.txt")} cannot be used:\n", message, StringComparison.Ordinal);
        Assert.Contains($"en.txt, line 3: there is no line for it in {Path.Combine(_folder.Path, "de.txt")}", message, StringComparison.Ordinal);
        Assert.Contains("de.txt, line 2: the target is missing", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_left_to_train_on_is_refused_with_the_reasons()
    {
        Assert.Contains("Of 1 sentence pairs none is left to train on: 1 are longer", Refusal("a b c d e\tx\n"), StringComparison.Ordinal);
        Write("latin1.tsv", "");
        File.WriteAllBytes(Path.Combine(_folder.Path, "latin1.tsv"), [0x61, 0x09, 0xE4, 0x0A]);
        Assert.Contains("latin1.tsv, line 1: the text is not UTF-8", Assert.Throws<EngineException>(() => new PairsSource().Load(Job(path: "latin1.tsv"), Folders)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vocabulary_files_decide_and_their_faults_are_named()
    {
        Write("source.txt", "b\na\n");
        var data = Job(new() { SourceVocabulary = "source.txt", MinimumCount = 1 });
        var set = Load("a b c\tx\n", data);
        Assert.Equal([5, 4, 1], Row(set.Train, 0, target: false)[..3]);
        var key = new PairsSource().Key(data, Folders);
        Write("source.txt", "b\n\na\nb\n");
        Assert.NotEqual(key, new PairsSource().Key(data, Folders));
        var message = Refusal("a\tx\n", data);
        Assert.StartsWith($"{Path.Combine(_folder.Path, "source.txt")} cannot be used:\n", message, StringComparison.Ordinal);
        Assert.Contains("line 2 is empty; each line is a symbol", message, StringComparison.Ordinal);
        Assert.Contains("line 4: 'b' is in line 1 already", message, StringComparison.Ordinal);
    }

    [FederatedDataFact("tatoeba-eng-kor")]
    public void Tatoeba_has_five_groups_of_translators()
    {
        var folder = Environment.GetEnvironmentVariable(DataFolders.Variable)!;
        var set = new TatoebaSource().Load(new() { Name = "tatoeba-eng-kor", Pairs = new() { Groups = 5, SourceLength = 500, TargetLength = 1000, TargetTokens = TokenKind.Character } }, new([folder], folder));
        Assert.Equal(5749, set.Train.Count + set.Test!.Count);
        Assert.Equal(5, set.Owners.Distinct().Count());
        Assert.Equal("Eunhee", TatoebaSource.Translator("CC-BY 2.0 (France) Attribution: tatoeba.org #2877272 (CM) & #8363271 (Eunhee)"));
    }
}
