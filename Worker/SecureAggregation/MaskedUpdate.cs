using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Worker.Tasks;

namespace Federated.Worker.SecureAggregation;

/// <summary>A client's update of a masked round on its way from plain values to a masked vector. Immutable; its work is done on the calling thread.</summary>
internal sealed class MaskedUpdate
{
    private readonly UploadResult _plain;
    private readonly MaskedJob _job;
    private readonly RingCodec _codec;

    /// <param name="plain">What the client trained. Its values stay what they are.</param>
    /// <param name="job">The run's.</param>
    /// <param name="cohort">Most clients of the sum, at least 1.</param>
    /// <exception cref="ArgumentException">So many clients cannot be summed with the job's bits, or classes are to be counted and were not.</exception>
    public MaskedUpdate(UploadResult plain, JobSpec job, int cohort)
    {
        (_plain, _job) = (plain, new(job, plain.Labels.Length));
        if (cohort < 1) throw new ArgumentException("The task does not say of how many clients the sum is.", nameof(cohort));
        if (_job.WhyNot(cohort, plain.Values.Length) is { } why) throw new ArgumentException(why, nameof(cohort));
        _codec = _job.Codec(cohort, plain.Values.Length);
        Layout = _job.Layout(_codec, plain.Values.Length);
    }

    /// <summary>What the job says of masking.</summary>
    public MaskingRules Rules => _job.Rules;

    /// <summary>The form of the vector.</summary>
    public MaskedLayout Layout { get; }

    /// <summary>Most clients of the sum.</summary>
    public int Cohort => _codec.Clients;

    /// <summary>Encodes and masks: once for each client's keys.</summary>
    /// <param name="client">Has taken its neighbours' shares.</param>
    /// <param name="random">Of the rounding, and of the client's share of the noise.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ArgumentException">A number beside the values is too large to be summed.</exception>
    public MaskedResult Mask(MaskingClient client, ISecureRandom random, CancellationToken cancellation)
    {
        var (integers, scalars) = (new int[Layout.Length], new ulong[Layout.Scalars]);
        try
        {
            _job.Encode(_plain.Values.Span, () => Facts(_plain.Header), _plain.Labels.AsSpan(), _codec, random, integers, scalars);
            var packed = client.Mask(integers, scalars, Environment.ProcessorCount, cancellation);
            // Nothing of what the plain header says of the client's data.
            return new(new() { Id = _plain.Header.Id, SchemaHash = _plain.Header.SchemaHash, Count = (ulong)Layout.Length }, packed);
        }
        finally
        {
            Array.Clear(integers);
        }
    }

    private static UpdateFacts Facts(UploadHeader header) => new((long)header.Examples, Sums(header.Training)!.Value, Sums(header.Validation), header.ComputeSeconds)
    {
        Weight = header.Weight > 0 ? header.Weight : null,
        Personal = Sums(header.Personal),
    };

    // A worker's own metrics; what it cannot read back it must not send.
    private static MetricSums? Sums(Metrics? metrics) => metrics is null ? null
        : MetricsMapping.Read(metrics, out var sums) is { } wrong ? throw new ArgumentException(wrong.Detail, nameof(metrics)) : sums;
}
