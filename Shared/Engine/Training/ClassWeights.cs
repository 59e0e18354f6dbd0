using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Training;

/// <summary>The weight of each class in a client's training loss.</summary>
internal static class ClassWeights
{
    /// <summary>The weights that a job asks for; null where every class counts 1.</summary>
    /// <param name="training">The job's, or balanced.</param>
    /// <param name="data">Says how many classes there are.</param>
    /// <param name="labels">Of all examples.</param>
    /// <param name="own">The client's examples.</param>
    public static float[]? Of(TrainingSpec training, DataShape data, ReadOnlySpan<long> labels, ReadOnlySpan<int> own) =>
        training.ClassWeights is { } given ? [.. given.Values.Select(weight => (float)weight)]
        : training.BalanceClasses ? Balanced(data.Classes, labels, own) : null;

    /// <summary>n / (classes * n_c). A class of which the client has no example weighs 0, for n_c = 0 gives no number.</summary>
    private static float[] Balanced(int classes, ReadOnlySpan<long> labels, ReadOnlySpan<int> own)
    {
        var all = (double)own.Length;
        return [.. LabelCounts.Of(labels, own, classes).Select(count => count == 0 ? 0 : (float)(all / ((double)classes * count)))];
    }
}
