using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Engine.Data;
using Federated.Engine.Predicting;
using Federated.Engine.Tests.Data;

namespace Federated.Engine.Tests.Predicting;

/// <summary>Models of text that have learnt something small.</summary>
public sealed class TextPredictionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Language_model_continues_a_text_and_is_right_as_often_as_the_evaluation_counts()
    {
        _folder.Write("t.txt", string.Concat(Enumerable.Repeat("abc", 100)));
        var job = new JobSpec
        {
            Model = new() { Layers = [new EmbeddingLayer { Size = 4 }, new LstmLayer { Units = 16, Return = RecurrentReturn.Sequence }, new DenseLayer { Units = 98, Activation = Activation.Softmax }] },
            Data = new() { Name = "text", Path = "t.txt", Clients = 1, Text = new() { Length = 16 } },
            Training = new() { Epochs = 40, BatchSize = 4, Optimizer = new() { Name = OptimizerName.Adam, LearningRate = 0.03 } },
        };
        var (predictor, data, sums) = await TrainAsync(job);
        using var _ = predictor;
        Assert.Equal("ab" + "cabcabcabcabcabcabcabc", predictor.Continue("ab", 22, temperature: 0, seed: 1, default));   // beyond a window

        // So hot that all symbols are about equally likely: another seed gives another text.
        var hot = predictor.Continue("ab", 22, temperature: 100, seed: 1, default);
        Assert.Equal(24, hot.Length);
        Assert.Equal(hot, predictor.Continue("ab", 22, temperature: 100, seed: 1, default));
        Assert.NotEqual(hot, predictor.Continue("ab", 22, temperature: 100, seed: 2, default));
        Assert.Contains("this one is empty", Assert.Throws<EngineException>(() => predictor.Continue("", 1, 0, 1, default)).Message, StringComparison.Ordinal);

        var windows = predictor.Predict(data.Test, Enumerable.Range(0, data.Test.Count).ToArray(), default).Cast<TextPrediction>().ToList();
        Assert.Equal((sums.Sums.Examples, sums.Sums.Correct), (windows.Sum(window => window.Symbols), windows.Sum(window => window.Correct)));
        Assert.Equal("bcabcabcabcabcab", windows[0].Text);   // the test share begins with an a, which is not predicted
    }

    [Fact]
    public async Task Translations_have_the_bleu_of_the_evaluation()
    {
        // Word for word; five words, so that sentences of the test share are new and can still be translated.
        string[] english = ["one", "two", "three", "four", "five"], german = ["eins", "zwei", "drei", "vier", "fünf"];
        var sentences = from a in Enumerable.Range(0, 5) from b in Enumerable.Range(0, 5) from c in Enumerable.Range(0, 5) select new[] { a, b, c, (a + b) % 5 };
        _folder.Write("pairs.tsv", string.Concat(sentences.Select(words => $"{string.Join(' ', words.Select(word => english[word]))}\t{string.Join(' ', words.Select(word => german[word]))}\n")));
        var job = new JobSpec
        {
            Model = new() { Layers = [new EncoderDecoderLayer { Size = 16, Heads = 2, Hidden = 32, Layers = 1, Dropout = 0 }] },
            Data = new() { Name = "pairs", Path = "pairs.tsv", Clients = 1, Pairs = new() { SourceLength = 5, TargetLength = 5 } },
            Training = new() { Epochs = 25, BatchSize = 8, Optimizer = new() { Name = OptimizerName.Adam, LearningRate = 0.01 } },
            Evaluation = new() { Beam = new() { Width = 2 } },
        };
        var (predictor, data, sums) = await TrainAsync(job);
        using var _ = predictor;
        var translations = predictor.Predict(data.Test, Predictor.Spread(int.MaxValue, data.Test.Count).AsSpan(), default).Cast<TranslationPrediction>().ToList();

        var tallies = new TallyBook();
        foreach (var one in translations) Bleu.Add(Symbols(one.Translation, german), Symbols(one.Reference!, german), unknown: -2, tallies);
        var bleu = Bleu.Of(Assert.Single(tallies.Tallies));
        Assert.Equal(Bleu.Of(Assert.Single(sums.Tallies, tally => tally.Name == TallyNames.Bleu)), bleu);
        Assert.InRange(bleu!.Value, 0.3, 1);
        Assert.Equal(translations[0].Reference, string.Join(' ', translations[0].Source.Split(' ').Select(word => german[Array.IndexOf(english, word)])));

        var own = Assert.IsType<TranslationPrediction>(predictor.PredictText("one TWO six"));
        Assert.Equal(("one two <unknown>", null), (own.Source, own.Reference));
        Assert.Equal("The sentence has 6 tokens, and the model reads 1 to 5 (data.pairs.source_length).", Assert.Throws<EngineException>(() => predictor.PredictText("1 2 3 4 5 6")).Message);
        Assert.Contains("has 0 tokens", Assert.Throws<EngineException>(() => predictor.PredictText(" ")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sentence_of_the_users_is_read_by_the_vocabulary_of_the_training_texts()
    {
        _folder.Write("t.tsv", "text\tlabel\n" + string.Concat(Enumerable.Repeat("good food here\tyes\nbad food here\tno\n", 20)));
        var job = new JobSpec
        {
            Model = new() { Layers = [new EmbeddingLayer { Size = 4 }, new GlobalAvgPool1dLayer(), new DenseLayer { Units = 2, Activation = Activation.Softmax }] },
            Data = new() { Name = "labelled_text", Path = "t.tsv", Clients = 1, Text = new() { Tokens = TokenKind.Word, Length = 4 } },
            Training = new() { Epochs = 40, BatchSize = 4, Optimizer = new() { Name = OptimizerName.Adam, LearningRate = 0.03 } },
        };
        var (predictor, data, _) = await TrainAsync(job);
        using var _ = predictor;
        var (good, bad) = (Assert.IsType<ClassPrediction>(predictor.PredictText("Good wine, good food")), Assert.IsType<ClassPrediction>(predictor.PredictText("bad")));
        Assert.Equal(("good <unknown> <unknown> good", "yes"), (good.Text, data.Shape.ClassNames[good.Predicted]));
        Assert.Equal("no", data.Shape.ClassNames[bad.Predicted]);
        Assert.Equal("The text is empty.", Assert.Throws<EngineException>(() => predictor.PredictText(" ")).Message);
    }

    private static int[] Symbols(string sentence, string[] words) => [.. sentence.Split(' ').Select(word => Array.IndexOf(words, word))];

    private async Task<(Predictor Predictor, FederatedData Data, EvaluationSums Sums)> TrainAsync(JobSpec job)
    {
        var store = new DatasetStore(new([_folder.Path], _folder.Path));
        using var run = await new TorchEngine(store).OpenAsync(job, [], CancellationToken.None);
        var (start, update) = (run.InitialParameters().Values.ToArray(), new float[run.Schema.Count]);
        run.Train(run.Clients[0].Id, 1, start, update, ClientState.Empty, CancellationToken.None);
        float[] trained = [.. start.Zip(update, (value, change) => value + change)];
        var data = await store.LoadAsync(job.Data, job.Seed, [], CancellationToken.None);
        return (new(job, data.Shape, new ParameterVector(run.Schema, trained), data.Train), data, run.EvaluateTest(trained, 0, 1, CancellationToken.None));
    }
}
