using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Core.Randomness;
using Federated.Engine.Data;
using Federated.Engine.Data.Images;
using Federated.Engine.OwnModels;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Predicting;

/// <summary>Applies a trained model to examples. It has one replica, for one thread at a time.</summary>
public sealed class Predictor : IDisposable
{
    private readonly JobSpec _job;
    private readonly Workspace _workspace;
    private readonly OwnModel? _own;
    private readonly BatchPredictor _predictor;

    /// <summary>Loads a model.</summary>
    /// <param name="job">The checked job that it was trained by.</param>
    /// <param name="shape">What the job's data is: that of the loaded data, or what the catalogue knows without it.</param>
    /// <param name="model">Its parameters; tensors go by name.</param>
    /// <param name="train">The training examples, of which recommendations leave out what a user has taken; null where they are not there.</param>
    /// <param name="models">Where models of one's own may be loaded from; null allows none.</param>
    /// <exception cref="EngineException">The job does not fit the data, or the model does not belong to the job.</exception>
    public Predictor(JobSpec job, DataShape shape, ParameterVector model, ExampleSet? train = null, ModelFolders? models = null)
    {
        LibtorchSetup.Ensure();
        _own = job.Model.IsOwn ? OwnModel.Open(ModelFile.Read(job.Model, models ?? ModelFolders.None), job, shape) : null;
        var plan = _own?.Plan ?? JobFit.Plan(job, shape);
        var values = ModelMatch.Arrange(plan.Schema, model);
        (_job, Shape) = (job, shape);
        _workspace = new(plan, job.Training, largest: 0, own: _own);
        _workspace.Replica.Parameters.Load(values);
        _predictor = BatchPredictor.Create(job, shape, _workspace.Objective, train);
    }

    /// <summary>What the model takes and gives.</summary>
    public DataShape Shape { get; }

    /// <summary>Indices that are spread evenly over a set, ascending; all where there are no more.</summary>
    /// <param name="samples">How many, at least 1.</param>
    /// <param name="count">Examples of the set.</param>
    public static ImmutableArray<int> Spread(int samples, int count) =>
        [.. Enumerable.Range(0, count).Where(index => EvenSample.Has(index, samples, count))];

    /// <summary>What the model says of examples whose targets are known.</summary>
    /// <param name="examples">A set of the job's data.</param>
    /// <param name="indices">Which.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>In the order of the indices, of one kind: that of the objective.</returns>
    /// <exception cref="EngineException">The model's outputs are not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ImmutableArray<Prediction> Predict(ExampleSet examples, ReadOnlySpan<int> indices, CancellationToken cancellation)
    {
        var predictions = ImmutableArray.CreateBuilder<Prediction>(indices.Length);
        for (var begin = 0; begin < indices.Length; begin += _workspace.Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            var chosen = indices.Slice(begin, Math.Min(_workspace.Chunk, indices.Length - begin));
            foreach (var (place, prediction) in Predict(examples, chosen, judged: true).Index()) predictions.Add(prediction with { Example = chosen[place] });
        }
        return predictions.MoveToImmutable();
    }

    /// <summary>What the model says of a text: a sentence for models of text and of sentence pairs, a user's id for recommendations.</summary>
    /// <exception cref="EngineException">The model takes no text, or this one is empty, too long or no user.</exception>
    public Prediction PredictText(string text) => PredictOne(Features(text));

    /// <summary>What the model says of a picture, PNG or JPEG, which is brought to the size that the model takes.</summary>
    /// <exception cref="EngineException">The model takes no pictures, or the file is none.</exception>
    public Prediction PredictPicture(string path)
    {
        if (Shape.Input is not [1 or 3, var height, var width]) throw Refused("no pictures");
        var image = new ImageSpec { Width = width, Height = height, Color = Shape.Input[0] == 1 ? ImageColor.Grey : ImageColor.Rgb };
        var pixels = new byte[Shape.Input[0] * height * width];
        if (ImageDecoder.Decode(path, image, pixels) is { } fault) throw new EngineException($"{path}: {fault}.");
        return PredictOne(Array.ConvertAll(pixels, pixel => pixel / 255f));
    }

    /// <summary>Continues a text, of a language model. The same arguments give the same text.</summary>
    /// <param name="prompt">What comes before; at least one symbol.</param>
    /// <param name="length">Symbols to write, at least 1.</param>
    /// <param name="temperature">0 takes the likeliest symbol each time; above, symbols are drawn from softmax(scores / temperature).</param>
    /// <param name="seed">Decides the draws.</param>
    /// <param name="cancellation">Checked before each symbol.</param>
    /// <returns>Prompt and continuation, as the model reads them.</returns>
    /// <exception cref="EngineException">The model is no language model, or the prompt is empty.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public string Continue(string prompt, int length, double temperature, ulong seed, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        if (_predictor is not TextPredictor writer) throw Refused("no text to continue");
        using var inference = no_grad();
        return writer.Continue(_workspace.Replica, prompt, length, temperature, new RandomStream(SeedTree.Derive(seed, "continue")), cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _workspace.Dispose();
        _own?.Dispose();
    }

    private float[] Features(string text) => Shape.Objective switch
    {
        Objective.LanguageModel => throw Refused("a text to continue, and says nothing else of it"),
        Objective.Translation => ((TranslationPredictor)_predictor).Read(text, Shape.Input[0]),
        Objective.Recommendation => [UserOf(text), 0],
        Objective.Classification or Objective.Regression when BatchPredictor.TextOf(_job, Shape) is { } reader => SymbolsOf(reader, text),
        _ => throw Refused("no text"),
    };

    private int UserOf(string id) => Shape.SymbolNames[0].IndexOf(id) is var user and >= 0 ? user
        : throw new EngineException($"There is no user '{id}'. The first are {string.Join(", ", Shape.SymbolNames[0].Take(5))}.");

    private float[] SymbolsOf(SymbolText reader, string text)
    {
        var (symbols, features) = (reader.Encode(text), new float[Shape.Input[0]]);
        if (symbols.Length == 0) throw new EngineException("The text is empty.");
        for (var i = 0; i < Math.Min(symbols.Length, features.Length); i++) features[i] = symbols[i];
        return features;
    }

    private Prediction PredictOne(float[] features) => Predict(new BroughtExamples([features], Math.Max(1, Shape.TargetWidth)), [0], judged: false)[0];

    private ImmutableArray<Prediction> Predict(ExampleSet examples, ReadOnlySpan<int> chosen, bool judged)
    {
        using var inference = no_grad();
        using var disposal = NewDisposeScope();
        return _predictor.Predict(_workspace.Replica, _workspace.Buffer.Gather(examples, chosen), judged);
    }

    private EngineException Refused(string what) => new($"The model takes {what}: its input is {Shapes.Text(Shape.Input)}, its objective {Shape.Objective}.");
}
