using System.Globalization;
using Federated.Core.Algorithms;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>What a client says beside its update, as scalars behind the masked values: of all of it the coordinator learns the sums alone.</summary>
/// <remarks>In order: the weight; examples; of the training examples, loss and hits; examples times mean loss of the training; of the validation examples, loss and hits; of the client's own model the same; seconds of computing.
/// What a client has not got is 0.</remarks>
public static class MaskedFacts
{
    /// <summary>S, without the counts of <see cref="MaskedLabels"/>.</summary>
    public const int Count = 13;

    /// <summary>Turns a client's facts into scalars.</summary>
    /// <param name="facts">The client's.</param>
    /// <param name="weight">w, <see cref="RingCodec.MinWeight"/> to 1.</param>
    /// <param name="clients">n: most clients of the sum.</param>
    /// <param name="scalars">Receives [S].</param>
    /// <exception cref="ArgumentException">The weight is out of range, a number is too large to be summed over n clients, or the length is not S.</exception>
    public static void Encode(UpdateFacts facts, double weight, int clients, Span<ulong> scalars)
    {
        if (scalars.Length != Count) throw new ArgumentException($"Expected room for {Count} scalars, got {scalars.Length}.", nameof(scalars));
        var (validation, personal) = (facts.Validation ?? default, facts.Personal ?? default);
        ReadOnlySpan<double> values =
        [
            facts.Examples, facts.Training.Examples, facts.Training.LossSum, facts.Training.Correct, facts.Examples * facts.Training.Loss,
            validation.Examples, validation.LossSum, validation.Correct, personal.Examples, personal.LossSum, personal.Correct, facts.ComputeSeconds,
        ];
        scalars[0] = ScalarCodec.EncodeWeight(weight);
        for (var i = 0; i < values.Length; i++) scalars[i + 1] = ScalarCodec.Encode(values[i], clients);
    }

    /// <summary>The sums of the clients of an unmasked sum. They rest on what clients say: what cannot be the sum of anything is told, and what can is taken.</summary>
    /// <param name="scalars">[S], unmasked.</param>
    /// <param name="updates">Clients in the sum, at least 1.</param>
    /// <param name="weight">Receives W, above 0.</param>
    /// <param name="sums">Receives the sums.</param>
    /// <returns>Null, or what is wrong as the end of a sentence; then what was received is of no use.</returns>
    /// <exception cref="ArgumentException">The length is not S.</exception>
    public static string? Decode(ReadOnlySpan<ulong> scalars, int updates, out double weight, out RoundSums sums)
    {
        if (scalars.Length != Count) throw new ArgumentException($"Expected {Count} scalars, got {scalars.Length}.", nameof(scalars));
        weight = ScalarCodec.DecodeWeight(scalars[0]);
        var values = new double[Count - 1];
        for (var i = 0; i < values.Length; i++) values[i] = ScalarCodec.Decode(scalars[i + 1]);
        var (training, validation, personal) = (Read(values, 1), Read(values, 5), Read(values, 8));
        sums = new(updates, (long)Math.Round(values[0]), training, validation.Examples > 0 ? validation : null, personal.Examples > 0 ? personal : null, values[11], values[4]);
        if (!(weight > 0 && weight <= updates)) return string.Create(CultureInfo.InvariantCulture, $"the weights of {updates} clients come to {weight}");
        if (sums.Examples < updates) return $"{updates} clients have {sums.Examples} examples together";
        if (training.Examples < updates) return $"the training of {updates} clients saw {training.Examples} examples";
        foreach (var measured in new[] { training, validation, personal })
            if (measured.Examples < 0 || measured.Correct < 0 || measured.Correct > measured.Examples || (measured.Examples == 0 && measured.LossSum != 0))
                return string.Create(CultureInfo.InvariantCulture, $"{measured.Correct} of {measured.Examples} examples are right, with a loss of {measured.LossSum}");
        return sums.ComputeSeconds < 0 ? string.Create(CultureInfo.InvariantCulture, $"{updates} clients have computed for {sums.ComputeSeconds} s") : null;
    }

    private static MetricSums Read(double[] values, int first) => new((long)Math.Round(values[first]), values[first + 1], (long)Math.Round(values[first + 2]));
}
