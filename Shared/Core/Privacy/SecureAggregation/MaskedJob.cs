using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>What a job says of its masked rounds, as the coordinator and every client read it for themselves.</summary>
/// <param name="job">A checked job with secure aggregation.</param>
public sealed class MaskedJob(JobSpec job)
{
    private readonly SecureAggregationSpec _spec = job.Privacy.SecureAggregation;

    /// <summary>Degree, threshold and the fewest clients of a sum.</summary>
    public MaskingRules Rules { get; } = new()
    {
        Minimum = job.Federation.Cohort.Minimum,
        Threshold = job.Privacy.SecureAggregation.Threshold,
        Neighbours = job.Privacy.SecureAggregation.Neighbours,
        Identities = job.Privacy.SecureAggregation.RequireIdentities,
    };

    /// <summary>How values become elements of the ring.</summary>
    /// <param name="clients">n: most clients of a sum, those that the round asks; at least 1.</param>
    /// <exception cref="ArgumentException">So many clients with so many bits need more than 32 bits a value.</exception>
    public RingCodec Codec(int clients) => new(_spec.Bits, _spec.Clip, clients);

    /// <summary>Why a round cannot be masked with so many clients and values, as the middle of a sentence; null where it can.</summary>
    /// <param name="clients">n, at least 1.</param>
    /// <param name="length">U, at least 1.</param>
    public string? WhyNot(int clients, int length)
    {
        var ring = RingCodec.RingBitsOf(_spec.Bits, clients);
        if (ring > RingCodec.MaxRingBits) return $"a sum of {clients} clients with {_spec.Bits} bits a value needs {ring} bits, and there are {RingCodec.MaxRingBits}; lower privacy.secure_aggregation.bits.";
        return new MaskedLayout(length, ring, MaskedFacts.Count).Bytes > int.MaxValue ? $"a masked update of {length} values is above 2 GiB." : null;
    }

    /// <summary>The form of a masked vector.</summary>
    /// <param name="codec">Of the round.</param>
    /// <param name="length">U, values of an update.</param>
    public static MaskedLayout Layout(RingCodec codec, int length) => new(length, codec.RingBits, MaskedFacts.Count);

    /// <summary>w, what a client's update weighs: from above 0 to 1.</summary>
    /// <param name="facts">What comes with the update. An algorithm whose clients all weigh the same says so by its weight.</param>
    public double Weight(UpdateFacts facts) => _spec.Weighting == MaskedWeighting.Uniform || facts.Weight is not null ? 1
        : Math.Min(facts.Examples, _spec.ExamplesCap) / (double)_spec.ExamplesCap;
}
