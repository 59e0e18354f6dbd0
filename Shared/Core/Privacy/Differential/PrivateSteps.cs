using Federated.Core.Jobs;

namespace Federated.Core.Privacy.Differential;

/// <summary>Local steps under example-level privacy: each takes each example with probability B / n, B being training.batch_size and n the client's examples, and an epoch is as many steps as there would be batches.</summary>
/// <param name="Rate">Probability with which a step takes an example, above 0 and at most 1.</param>
/// <param name="Count">Steps a round.</param>
public readonly record struct PrivateSteps(double Rate, int Count)
{
    /// <summary>The steps of a client.</summary>
    /// <param name="training">The job's keys.</param>
    /// <param name="examples">n, at least 1.</param>
    public static PrivateSteps Of(TrainingSpec training, long examples) =>
        new(Math.Min(1, (double)training.BatchSize / examples), checked(training.Epochs * (int)((examples + training.BatchSize - 1) / training.BatchSize)));
}
