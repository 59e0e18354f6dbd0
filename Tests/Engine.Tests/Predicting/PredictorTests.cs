using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Core.Randomness;
using Federated.Engine.Data;
using Federated.Engine.Data.Ratings;
using Federated.Engine.Predicting;
using Federated.Engine.Tests.Training;
using SkiaSharp;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Predicting;

/// <summary>Predictions say example by example what the evaluation counts.</summary>
[Collection(nameof(NativeMemoryTests))]
public sealed class PredictorTests
{
    private static readonly JobSpec Job = new()
    {
        Model = new ModelSpec { Layers = [new DenseLayer { Units = 8, Activation = Activation.Relu }, new DenseLayer { Units = 3, Activation = Activation.Softmax }] },
    };

    [Theory]
    [InlineData(Loss.CrossEntropy)]
    [InlineData(Loss.Mse)]
    public void Classes_are_right_as_often_as_the_evaluation_counts(Loss loss)
    {
        var job = Job with { Training = new() { Loss = loss } };
        var data = new FederatedData(DataShape.ForClasses([6], 3), ArrayExamples.Noise(4, 6, 3), ArrayExamples.Noise(301, 6, 3, seed: 2), [new("a", [0, 1, 2, 3], [], [])]);
        var (sums, predictions) = Both<ClassPrediction>(job, data);
        Assert.Equal(sums.Sums.Correct, predictions.Count(one => one.Actual == one.Predicted));
        Assert.Equal(data.Test.Labels.ToArray(), predictions.Select(one => (long)one.Actual!));
        Assert.Equal(Enumerable.Range(0, 301), predictions.Select(one => one.Example!.Value));
        Assert.All(predictions, one => Assert.Equal(1, one.Probabilities.Sum(), 1e-5f));
        // What the loss adds up is the logarithm of the true class's probability.
        if (loss == Loss.CrossEntropy) Assert.Equal(sums.Sums.LossSum, predictions.Sum(one => -Math.Log(one.Probabilities[one.Actual!.Value])), 1e-3);
    }

    [Fact]
    public void Numbers_have_the_squared_errors_that_the_evaluation_adds_up()
    {
        var job = Job with { Model = new() { Layers = [new DenseLayer { Units = 1 }] } };
        var test = new ArrayExamples([[1, 2], [3, 4], [0, 1]], targets: [1, -2, 0.5f]);
        var (sums, predictions) = Both<NumberPrediction>(job, new FederatedData(DataShape.ForNumbers([2]), test, test, [new("a", [0], [], [])]));
        Assert.Equal(sums.Sums.LossSum, predictions.Sum(one => Math.Pow(one.Values[0] - one.Targets[0], 2)), 1e-4);
        Assert.Equal([1, -2, 0.5f], predictions.Select(one => one.Targets[0]));
    }

    [Fact]
    public void Recommendation_ranks_the_item_and_leaves_out_what_the_user_has_taken()
    {
        var shape = DataShape.ForRatings(Feedback.Implicit, 2, 4) with { SymbolNames = [["ann", "bob"], ["w", "x", "y", "z"]] };
        var train = new PairExamples([0, 1], [3, 0], [1, 1]);
        // One factor, and the score of an item is its own number: w 1, x -1, y 0, z 2.
        float[] values = [1, 1, 1, -1, 0, 2, 0, 0, .. new float[4], 0, 0, 0, 1, 0, 0];
        using var predictor = Predictor(Job with { Model = new() { Layers = [new NeumfLayer { Factors = 1, Hidden = 1 }] } }, shape, values, train);
        var ann = Assert.IsType<RankingPrediction>(predictor.Predict(new RankedExamples([0], [2], [[0, 1]]), [0], default)[0]);
        Assert.Equal(("ann", "y", 2), (ann.User, ann.Item, ann.Rank));   // behind w, before x
        Assert.Equal(["w", "y", "x"], ann.Top.Select(item => item.Item));
        Assert.Equal(1 / (1 + Math.Exp(-1)), ann.Top[0].Probability, 1e-6);
        Assert.Equal(["z", "y", "x"], Assert.IsType<RankingPrediction>(predictor.PredictText("bob")).Top.Select(item => item.Item));
        Assert.Contains("There is no user 'eve'. The first are ann, bob.", Assert.Throws<EngineException>(() => predictor.PredictText("eve")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Boxes_are_those_of_the_surest_slot()
    {
        var shape = DataShape.ForBoxes(new ImageSpec { Width = 8, Height = 8, Color = ImageColor.Grey }, new DetectionSpec { Anchors = [0.5, 1] }, ["a", "b"]);
        var job = Job with { Model = new() { Layers = [new Conv2dLayer { Filters = 7, Kernel = 8 }] } };
        // The image does not count. An object for sure; the classes stand 3 to 1.
        using var predictor = Predictor(job, shape, [.. new float[7 * 64], 0, 0, 0, 0, 30, MathF.Log(3), 0]);
        var found = Assert.IsType<BoxPrediction>(predictor.Predict(new ArrayExamples([new float[64]], targets: [-1]), [0], default)[0]);
        Assert.Empty(found.Objects);
        Assert.Equal([(0, 0.75f), (1, 0.25f)], found.Found.Select(box => (box.Kind, MathF.Round(box.Confidence, 4))));
        Assert.Equal((0.5f, 0.5f, 0.5f, 1f), (found.Found[0].X, found.Found[0].Y, found.Found[0].Width, found.Found[0].Height));
    }

    [Fact]
    public void Picture_of_the_users_is_read_like_the_data()
    {
        using var folder = new Data.TemporaryFolder();
        using (var bitmap = new SKBitmap(2, 1, SKColorType.Rgba8888, SKAlphaType.Opaque))
        {
            bitmap.SetPixel(0, 0, new SKColor(255, 255, 255));
            bitmap.SetPixel(1, 0, new SKColor(51, 51, 51));
            using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(folder.Path, "p.png"), encoded.ToArray());
        }
        var job = Job with { Model = new() { Layers = [new FlattenLayer(), new DenseLayer { Units = 2 }] } };
        using var predictor = Predictor(job, DataShape.ForClasses([1, 1, 2], 2), [1, 0, 0, 10, 0, 0]);
        var one = Assert.IsType<ClassPrediction>(predictor.PredictPicture(Path.Combine(folder.Path, "p.png")));
        Assert.Equal((1, null, null), (one.Predicted, one.Actual, one.Example));   // scores 1 and 10 * 0.2
        Assert.Equal(1 / (1 + Math.Exp(-1)), one.Probabilities[1], 1e-5);
        Assert.Contains("it cannot be opened", Assert.Throws<EngineException>(() => predictor.PredictPicture(Path.Combine(folder.Path, "none.png"))).Message, StringComparison.Ordinal);
        Assert.Contains("The model takes no text", Assert.Throws<EngineException>(() => predictor.PredictText("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_that_are_not_finite_are_refused_and_native_memory_is_freed()
    {
        using var predictor = Predictor(Job with { Model = new() { Layers = [new DenseLayer { Units = 2 }] } }, DataShape.ForClasses([1], 2), [float.MaxValue, 1, 0, 0]);
        predictor.Predict(new ArrayExamples([[0.5f]], [0]), [0], default);
        var before = Tensor.TotalCount;
        predictor.Predict(new ArrayExamples([[0.25f]], [1]), [0], default);
        Assert.Contains("not finite", Assert.Throws<EngineException>(() => predictor.Predict(new ArrayExamples([[100f]], [0]), [0], default)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Theory]
    [InlineData(3, 9, "2 5 8")]
    [InlineData(4, 3, "0 1 2")]
    [InlineData(2, 5, "2 4")]
    public void Samples_are_spread_evenly(int samples, int count, string expected) =>
        Assert.Equal(expected, string.Join(' ', Federated.Engine.Predicting.Predictor.Spread(samples, count)));

    private static Predictor Predictor(JobSpec job, DataShape shape, float[] values, ExampleSet? train = null) =>
        new(job, shape, new ParameterVector(ModelPlanner.Plan(job.Model, shape).Plan!.Schema, values), train);

    private static (Core.Metrics.EvaluationSums Sums, ImmutableArray<T> Predictions) Both<T>(JobSpec job, FederatedData data) where T : Prediction
    {
        using var engine = new RunEngine(job, data);
        var (random, values) = (new RandomStream(3), new float[engine.Schema.Count]);
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.NextGaussian();
        using var predictor = Predictor(job, data.Shape, values);
        var predictions = predictor.Predict(data.Test, Enumerable.Range(0, data.Test.Count).ToArray(), default);
        return (engine.EvaluateTest(values, 0, 1, default), [.. predictions.Cast<T>()]);
    }
}
