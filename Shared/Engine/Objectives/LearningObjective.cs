using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Objectives;

/// <summary>What a batch's scores came to.</summary>
/// <param name="Mean">Mean loss over the predictions, a scalar that can go backward.</param>
/// <param name="Predictions">What was predicted: examples, or the tokens of text. At least 1.</param>
/// <param name="Correct">Predictions that are right; 0 where that has no meaning.</param>
internal readonly record struct Scored(Tensor Mean, long Predictions, long Correct);

/// <summary>What is learnt: the loss that training lowers, and what an evaluation measures. One for each <see cref="Objective"/>. Immutable, safe to use from
/// several threads; methods are called inside a dispose scope.</summary>
internal abstract class LearningObjective
{
    /// <summary>Whether the loss takes the scores before the model's last softmax.</summary>
    public abstract bool TakesScores { get; }

    /// <summary>The objective of a job.</summary>
    /// <param name="data">What the data asks for.</param>
    /// <param name="training">The job's loss and its options; they fit the data.</param>
    public static LearningObjective Create(DataShape data, TrainingSpec training) => data.Objective switch
    {
        Objective.Classification => new ClassificationObjective(data.Output[0], LossFit.Of(training.Loss, data.Objective)!.Value, training.LabelSmoothing),
        Objective.Regression when data.Naive is { } naive => new SeriesObjective(LossFit.Of(training.Loss, data.Objective)!.Value, training.HuberDelta, naive),
        Objective.Regression => new RegressionObjective(LossFit.Of(training.Loss, data.Objective)!.Value, training.HuberDelta),
        Objective.LanguageModel => new LanguageModelObjective(),
        Objective.Recommendation => new RecommendationObjective(),
        Objective.Detection => new DetectionObjective(data),
        Objective.Translation => new TranslationObjective(training.LabelSmoothing),
        _ => throw new ArgumentException($"{data.Objective} is not a known objective.", nameof(data)),
    };

    /// <summary>Loss and hits of a batch's scores.</summary>
    /// <param name="scores">What the model gave, shape [batch, output...].</param>
    /// <param name="batch">The examples.</param>
    public abstract Scored Score(Tensor scores, Batch batch);

    /// <summary>Loss and hits of a training batch, with what a job adds to the loss for training alone. Without that it is <see cref="Score"/>.</summary>
    /// <param name="scores">What the model gave, shape [batch, output...].</param>
    /// <param name="batch">The examples.</param>
    /// <param name="classWeights">Weight of each class, shape [classes]; null for 1 each.</param>
    public virtual Scored Train(Tensor scores, Batch batch, float[]? classWeights) => Score(scores, batch);

    /// <summary>Measures a batch: loss and hits, and the tallies of the objective's own metrics.</summary>
    /// <param name="replica">The model, without dropout.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="tallies">Receives what the metrics need.</param>
    public virtual Scored Measure(ModelReplica replica, Batch batch, TallyBook tallies)
    {
        var scores = replica.Forward(batch.Input, draws: null);
        Tally(scores, batch, tallies);
        return Score(scores, batch);
    }

    /// <summary>Whether the model also writes by itself, token by token, when it is measured.</summary>
    public virtual bool Writes => false;

    /// <summary>Lets the model write for a batch, and adds to the tallies how well it did.</summary>
    /// <param name="replica">The model, without dropout.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="beam">How it searches.</param>
    /// <param name="tallies">Receives what the metrics need.</param>
    public virtual void Write(ModelReplica replica, Batch batch, BeamSpec beam, TallyBook tallies) => throw new InvalidOperationException("This model does not write.");

    /// <summary>Adds a batch to the tallies.</summary>
    protected virtual void Tally(Tensor scores, Batch batch, TallyBook tallies)
    {
    }
}
