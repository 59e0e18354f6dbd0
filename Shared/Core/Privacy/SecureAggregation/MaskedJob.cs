using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Differential;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation;

/// <summary>What a job says of its masked rounds, as the coordinator and every client read it for themselves.</summary>
public sealed class MaskedJob
{
    private readonly JobSpec _job;
    private readonly SecureAggregationSpec _spec;
    private readonly DistributedNoise? _noise;
    private readonly int _labels;   // C; 0 where nobody counts them

    /// <param name="job">A checked job with secure aggregation.</param>
    /// <param name="classes">C: classes of the run's data, at least 1 where the job has label_counts; else of no account.</param>
    /// <exception cref="ArgumentException">No noise keeps the ε that the job asks for, or it counts classes and there are none.</exception>
    public MaskedJob(JobSpec job, int classes = 0)
    {
        (_job, _spec, _noise, Rules) = (job, job.Privacy.SecureAggregation, DistributedNoise.Of(job), RulesOf(job));
        if (!_spec.LabelCounts || _noise is not null) return;
        if (classes < 1) throw new ArgumentException("The job counts the examples of each class (privacy.secure_aggregation.label_counts), and nobody says how many classes there are.", nameof(classes));
        _labels = classes;
    }

    /// <summary>Degree, threshold and the fewest clients of a sum.</summary>
    public MaskingRules Rules { get; }

    /// <summary>Degree, threshold and the fewest clients of a sum, of a job whose noise is not known yet.</summary>
    internal static MaskingRules RulesOf(JobSpec job) => new()
    {
        Minimum = job.Federation.Cohort.Minimum,
        Threshold = job.Privacy.SecureAggregation.Threshold,
        Neighbours = job.Privacy.SecureAggregation.Neighbours,
        Identities = job.Privacy.SecureAggregation.RequireIdentities,
    };

    /// <summary>How values become elements of the ring.</summary>
    /// <param name="clients">n: most clients of a sum, those that the round asks; at least 1.</param>
    /// <param name="length">U, values of an update; at least 1.</param>
    /// <exception cref="ArgumentException">So many clients with so many bits need more than 32 bits a value.</exception>
    public RingCodec Codec(int clients, int length) => new(_spec.Bits, _noise is null ? _spec.Clip : _job.Privacy.Differential.Clip, clients, Headroom(clients, length));

    /// <summary>Why a round cannot be masked with so many clients and values, as the middle of a sentence; null where it can.</summary>
    /// <param name="clients">n, at least 1.</param>
    /// <param name="length">U, at least 1.</param>
    public string? WhyNot(int clients, int length)
    {
        var ring = RingCodec.RingBitsOf(_spec.Bits, clients, Headroom(clients, length));
        if (ring > RingCodec.MaxRingBits)
            return $"a sum of {clients} clients with {_spec.Bits} bits a value needs {ring} bits{(_noise is null ? "" : ", its noise included")}, and there are {RingCodec.MaxRingBits}; lower privacy.secure_aggregation.bits.";
        if (_noise is not null && DistributedNoise.ReachOf(_spec.Bits, length) < DistributedNoise.LeastReach)
            return $"with {_spec.Bits} bits a value rounding would make an update of {length} values longer by more than a tenth of privacy.differential.clip; raise privacy.secure_aggregation.bits.";
        return new MaskedLayout(length, ring, Scalars).Bytes > int.MaxValue ? $"a masked update of {length} values is above 2 GiB." : null;
    }

    /// <summary>The form of a masked vector.</summary>
    /// <param name="codec">Of the round.</param>
    /// <param name="length">U, values of an update.</param>
    public MaskedLayout Layout(RingCodec codec, int length) => new(length, codec.RingBits, Scalars);

    /// <summary>A client's update as integers and scalars, ready to be masked.</summary>
    /// <param name="values">[U], finite; not changed.</param>
    /// <param name="facts">What comes with the update, asked for where scalars stand for it.</param>
    /// <param name="labels">[C], the client's training examples of each class; empty where the job does not count them.</param>
    /// <param name="codec">Of the round.</param>
    /// <param name="random">Of the rounding, and of the client's share of the noise.</param>
    /// <param name="integers">Receives [U].</param>
    /// <param name="scalars">Receives [S].</param>
    /// <exception cref="ArgumentException">A value is not finite, a number of the facts is too large to be summed, or the counts do not come to the examples.</exception>
    public void Encode(ReadOnlySpan<float> values, Func<UpdateFacts> facts, ReadOnlySpan<long> labels, RingCodec codec, ISecureRandom random, Span<int> integers, Span<ulong> scalars)
    {
        if (_noise is not null)
        {
            _noise.Encode(values, codec, random, integers);
            return;
        }
        var said = facts();
        var weight = Weight(said);
        MaskedFacts.Encode(said, weight, codec.Clients, scalars[..MaskedFacts.Count]);
        if (_labels > 0) MaskedLabels.Encode(labels, said.Examples, codec.Clients, scalars[MaskedFacts.Count..]);
        codec.Encode(values, weight, random, integers);
    }

    /// <summary>w, what a client's update weighs: from above 0 to 1.</summary>
    /// <param name="facts">What comes with the update. An algorithm whose clients all weigh the same says so by its weight.</param>
    public double Weight(UpdateFacts facts) => _spec.Weighting == MaskedWeighting.Uniform || facts.Weight is not null ? 1
        : Math.Min(facts.Examples, _spec.ExamplesCap) / (double)_spec.ExamplesCap;

    // S. What clients say beside their updates has no noise: where their sums are to have some, it stays with them.
    private int Scalars => _noise is null ? MaskedFacts.Count + _labels : 0;

    private int Headroom(int clients, int length) => _noise?.Headroom(clients, length) ?? 0;
}
