using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>A client's model replica together with its training data, as the client half of an algorithm sees it. Not thread-safe.</summary>
public interface ILocalTrainer
{
    /// <summary>The model's tensors, P values in all.</summary>
    ParameterSchema Schema { get; }

    /// <summary>Training examples of this client, at least 1.</summary>
    long Examples { get; }

    /// <summary>Trains for the job's local epochs with its batch size, optimiser and clipping, starting at <paramref name="start"/>.</summary>
    /// <param name="start">Parameters to start from, shape [P].</param>
    /// <param name="result">Receives the trained parameters, shape [P]; may not overlap <paramref name="start"/> or the term's vectors.</param>
    /// <param name="term">What each step's gradient has added; the default is nothing.</param>
    LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term);

    /// <summary>The gradient of the mean loss over the client's whole partition at <paramref name="at"/>, in one pass of the data.</summary>
    /// <param name="at">Parameters, shape [P].</param>
    /// <param name="gradient">Receives the gradient, shape [P]; 0 at tensors that are not trainable.</param>
    MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient);

    /// <summary>Goes through the batches that <see cref="Train"/> would go through, and leaves the steps to the algorithm: the job's optimiser has no part in it but for its learning rate.</summary>
    /// <param name="visit">Called for each batch in turn; asks it for a gradient at least once.</param>
    /// <returns>Its sums are those of each batch's first gradient.</returns>
    LocalTraining ForEachBatch(Action<ILocalBatch> visit);

    /// <summary>The loss over the client's whole partition at <paramref name="at"/>, without dropout and augmentation. Not finite where the model has diverged: what that means is the algorithm's to say.</summary>
    /// <param name="at">Parameters, shape [P].</param>
    MetricSums Measure(ReadOnlySpan<float> at);
}

/// <summary>A batch of a client's examples. Of use only while <see cref="ILocalTrainer.ForEachBatch"/> shows it, or, where an algorithm goes back to it, until that returns.</summary>
public interface ILocalBatch
{
    /// <summary>Which one, 1-based, over all local epochs.</summary>
    int Step { get; }

    /// <summary>How many there are in all.</summary>
    int Steps { get; }

    /// <summary>The job's learning rate η at this step.</summary>
    double Rate { get; }

    /// <summary>The gradient of the batch's mean loss with penalties on weights, clipped as the job says. The same parameters give the same gradient however often it is asked for.</summary>
    /// <param name="at">Parameters, shape [P]. Running statistics among them move as a training pass moves them; the rest stays.</param>
    /// <param name="gradient">Receives it, shape [P]; 0 at tensors that are not trainable.</param>
    MetricSums Gradient(Span<float> at, Span<float> gradient);
}

/// <summary>Sums over examples. Sums add up exactly in what they count; means are taken once, at the end.</summary>
/// <param name="Examples">Examples that the sums cover (an example seen twice counts twice), at least 0.</param>
/// <param name="LossSum">Sum of per-example losses, in units of the loss.</param>
/// <param name="Correct">Examples whose arg-max is the label; 0 where that has no meaning (regression).</param>
public readonly record struct MetricSums(long Examples, double LossSum, long Correct)
{
    /// <summary>Mean loss.</summary>
    /// <exception cref="InvalidOperationException">No example is covered.</exception>
    public double Loss => Examples > 0 ? LossSum / Examples : throw new InvalidOperationException("The mean loss of no examples is undefined.");

    /// <summary>Fraction of examples that are right, 0 to 1.</summary>
    /// <exception cref="InvalidOperationException">No example is covered.</exception>
    public double Accuracy => Examples > 0 ? (double)Correct / Examples : throw new InvalidOperationException("The accuracy over no examples is undefined.");

    /// <summary>Sums of both.</summary>
    public static MetricSums operator +(MetricSums a, MetricSums b) => new(a.Examples + b.Examples, a.LossSum + b.LossSum, a.Correct + b.Correct);

    /// <summary>Sums of both.</summary>
    public static MetricSums Add(MetricSums left, MetricSums right) => left + right;
}
