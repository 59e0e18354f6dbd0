using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs.Describing;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>How many training examples of each class a client has, as scalars behind <see cref="MaskedFacts"/>: the coordinator learns how many the clients of a sum have together.</summary>
/// <remarks>C of them, one a class in the order of the classes' indices, each a whole number of at least 0; a client's come to the examples that it says it has.</remarks>
public static class MaskedLabels
{
    /// <summary>Why classes are not counted in such data, as the end of a sentence that begins with the job's key; null where they are.</summary>
    /// <param name="objective">What is learnt.</param>
    /// <param name="classes">C; 0 where there are none, or where their number is not known yet.</param>
    public static string? Refusal(Objective objective, int classes) =>
        objective != Objective.Classification ? $"needs one class an example, and this is {Words.Of(objective).Replace('_', ' ')}; remove it"
        : classes > Goal.MostClasses ? string.Create(CultureInfo.InvariantCulture, $"counts at most {Goal.MostClasses} classes, and the data set has {classes}; remove it") : null;

    /// <summary>C of a run that counts classes: the coordinator knows them from the worker that made the first parameters. 0 where there are none to count.</summary>
    /// <param name="goal">The run's; null where it is not known.</param>
    public static int ClassesOf(Goal? goal) => goal is { Objective: Objective.Classification } ? goal.Classes.Length : 0;

    /// <summary>Turns a client's counts into scalars.</summary>
    /// <param name="counts">[C], each at least 0.</param>
    /// <param name="examples">The client's, which the counts come to.</param>
    /// <param name="clients">n: most clients of the sum, at least 1.</param>
    /// <param name="scalars">Receives [C].</param>
    /// <exception cref="ArgumentException">A count is negative or too large to be summed over n clients, they come to something else, or the length is not C.</exception>
    public static void Encode(ReadOnlySpan<long> counts, long examples, int clients, Span<ulong> scalars)
    {
        if (counts.Length != scalars.Length) throw new ArgumentException($"Expected counts of {scalars.Length} classes, got {counts.Length}.", nameof(counts));
        var all = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 0) throw new ArgumentException($"Class {i} has {counts[i]} examples.", nameof(counts));
            all += counts[i];
            scalars[i] = ScalarCodec.Encode(counts[i], clients);
        }
        if (all != examples) throw new ArgumentException($"The classes have {all} examples together, and the client says that it has {examples}.", nameof(counts));
    }

    /// <summary>The sums of the clients of an unmasked sum. They rest on what clients say: what cannot be the sum of anything is told, and what can is taken.</summary>
    /// <param name="scalars">[C], unmasked.</param>
    /// <param name="examples">Sum of the same clients' examples.</param>
    /// <param name="counts">Receives [C].</param>
    /// <returns>Null, or what is wrong as the end of a sentence; then what was received is of no use.</returns>
    public static string? Decode(ReadOnlySpan<ulong> scalars, long examples, out ImmutableArray<long> counts)
    {
        var sums = ImmutableArray.CreateBuilder<long>(scalars.Length);
        var all = 0L;
        counts = [];
        foreach (var scalar in scalars)
        {
            var sum = ScalarCodec.Decode(scalar);
            if (sum < 0 || sum != Math.Round(sum)) return string.Create(CultureInfo.InvariantCulture, $"class {sums.Count} has {sum} examples");
            sums.Add((long)sum);
            all += (long)sum;
        }
        if (all != examples) return $"the classes have {all} examples together, and the clients {examples}";
        counts = sums.MoveToImmutable();
        return null;
    }
}
