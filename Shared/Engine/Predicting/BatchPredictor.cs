using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Predicting;

/// <summary>Applies a model to batches: one for each <see cref="Objective"/>. Immutable; methods are called inside a dispose scope, without gradients.</summary>
internal abstract class BatchPredictor
{
    /// <summary>What the model says of each example.</summary>
    /// <param name="replica">The model.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="judged">Whether the batch's targets are known.</param>
    /// <exception cref="EngineException">The model's outputs are not finite.</exception>
    public abstract ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged);

    /// <summary>The one of a job.</summary>
    /// <param name="job">How it reads text and searches for translations.</param>
    /// <param name="shape">What the data is.</param>
    /// <param name="objective">What the model has learnt.</param>
    /// <param name="train">The training examples, of which a recommendation leaves out what a user has taken; null where they are not there.</param>
    public static BatchPredictor Create(JobSpec job, DataShape shape, LearningObjective objective, ExampleSet? train) => shape.Objective switch
    {
        Objective.Classification => new ClassPredictor(shape.Classes, objective.TakesScores, TextOf(job, shape)),
        Objective.Regression when shape.Vocabularies.Length == 2 => new RatingPredictor(shape.SymbolNames),
        Objective.Regression => new NumberPredictor(TextOf(job, shape)),
        Objective.LanguageModel => new TextPredictor(TextOf(job, shape)!),
        Objective.Translation => new TranslationPredictor(SourceOf(job, shape), TargetOf(job, shape), shape.SourceLength, job.Evaluation.Beam),
        Objective.Recommendation => new RankingPredictor(shape.SymbolNames, train),
        Objective.Detection => new BoxPredictor((DetectionObjective)objective),
        _ => throw new ArgumentException($"{shape.Objective} is not a known objective.", nameof(shape)),
    };

    /// <summary>How a job's text is read; null where its examples are no text.</summary>
    public static SymbolText? TextOf(JobSpec job, DataShape shape) => shape.Vocabularies.Length == 1 ? new(shape.SymbolNames[0], job.Data.Text.Tokens, ofPair: false) : null;

    /// <summary>How the source of sentence pairs is read.</summary>
    public static SymbolText SourceOf(JobSpec job, DataShape shape) => new(shape.SymbolNames[0], job.Data.Pairs.SourceTokens, ofPair: true);

    private static SymbolText TargetOf(JobSpec job, DataShape shape) => new(shape.SymbolNames[1], job.Data.Pairs.TargetTokens, ofPair: true);

    /// <summary>The model's outputs, copied out.</summary>
    /// <exception cref="EngineException">They are not finite.</exception>
    protected static float[] Outputs(ModelReplica replica, Tensor input) => Checked(replica.Forward(input, draws: null)).contiguous().Floats().ToArray();

    /// <summary>The outputs themselves.</summary>
    /// <exception cref="EngineException">They are not finite.</exception>
    protected static Tensor Checked(Tensor outputs) => outputs.isfinite().all().item<bool>() ? outputs
        : throw new EngineException("The model's outputs are not finite: it has diverged in training, or the data is far from what it has seen.");
}
