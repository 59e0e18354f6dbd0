using System.Globalization;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Engine.Training;

/// <summary>What a client's draws derive from.</summary>
/// <param name="Seed">The job's seed.</param>
/// <param name="Round">1-based.</param>
/// <param name="Client">The client's name.</param>
/// <param name="Rounds">The job's rounds: at least the round.</param>
internal sealed record TrainingScope(ulong Seed, int Round, string Client, int Rounds)
{
    /// <summary>The draws for one purpose, from their beginning.</summary>
    public RandomStream Draws(string purpose) => new(SeedTree.Derive(Seed, purpose, Round, Client));

    /// <summary>The rate of a step, by rounds or by steps as the job says.</summary>
    /// <param name="optimizer">The client's.</param>
    /// <param name="step">1-based.</param>
    /// <param name="steps">All steps of the round.</param>
    public double Rate(OptimizerSpec optimizer, int step, int steps) =>
        optimizer.Schedule.Over == ScheduleUnit.Rounds ? RateCurve.Of(optimizer).At(Round - 1, Rounds) : RateCurve.Of(optimizer).At(step - 1, steps);

    /// <summary>Training or its beginning gave what is no number.</summary>
    /// <param name="training">The job's.</param>
    /// <param name="what">What is wrong, the end of a sentence.</param>
    /// <param name="step">Of which step, 1-based; 0: at the parameters received.</param>
    public EngineException Diverged(TrainingSpec training, string what, int step)
    {
        var rate = training.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture);
        return new EngineException(step > 0
            ? $"Training of client '{Client}' diverged in round {Round}: at step {step} with learning rate {rate} {what}. "
                + "Lower training.optimizer.learning_rate, or set training.clip_norm."
            : $"Client '{Client}' has no gradient in round {Round}: at the parameters received {what}. "
                + "Lower federation.algorithm.server_learning_rate.");
    }
}
