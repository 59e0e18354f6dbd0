using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Privacy.SecureAggregation;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

public sealed class MaskedLabelsTests
{
    // Counts are multiples of 2^-20: 3 is 3 * 1048576.
    [Fact]
    public void A_count_is_a_scalar_of_whole_units()
    {
        var scalars = new ulong[3];
        MaskedLabels.Encode([3, 0, 7], examples: 10, clients: 5, scalars);
        Assert.Equal([3_145_728ul, 0ul, 7_340_032ul], scalars);
    }

    [Fact]
    public void Sum_of_the_scalars_is_what_the_clients_have_together()
    {
        Assert.Null(MaskedLabels.Decode(Sum([3, 0, 7], [0, 12, 8]), examples: 30, out var counts));
        Assert.Equal<long>([3, 12, 15], counts);
    }

    [Theory]
    [InlineData(0, 4.0, "the classes have 31 examples together, and the clients 30")]
    [InlineData(1, -1.0, "class 1 has -1 examples")]
    [InlineData(2, 14.5, "class 2 has 14.5 examples")]
    public void Sums_that_cannot_be_are_told(int place, double made, string error)
    {
        var scalars = Sum([3, 0, 7], [0, 12, 8]);
        scalars[place] = unchecked((ulong)(long)(made * (1 << 20)));
        Assert.Equal(error, MaskedLabels.Decode(scalars, examples: 30, out var counts));
        Assert.Empty(counts);
    }

    [Fact]
    public void A_client_masks_no_counts_that_are_none_of_its_examples()
    {
        Assert.Throws<ArgumentException>(() => MaskedLabels.Encode([3, 7], examples: 11, clients: 5, new ulong[2]));
        Assert.Throws<ArgumentException>(() => MaskedLabels.Encode([-1, 11], examples: 10, clients: 5, new ulong[2]));
        Assert.Throws<ArgumentException>(() => MaskedLabels.Encode([3, 7], examples: 10, clients: 5, new ulong[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaskedLabels.Encode([1L << 42], examples: 1L << 42, clients: 2, new ulong[1]));
    }

    [Fact]
    public void They_come_behind_the_other_scalars_of_a_job_that_asks_for_them()
    {
        var job = new MaskedJob(Job(counts: true), classes: 3);
        var codec = job.Codec(clients: 4, length: 2);
        Assert.Equal(13 + 3, job.Layout(codec, 2).Scalars);
        var scalars = new ulong[16];
        job.Encode([0.5f, -0.5f], () => new(10, new(20, 30, 12), Validation: null, ComputeSeconds: 1.5), [3, 0, 7], codec, new SeededSecureRandom(1), new int[2], scalars);
        // Examples are the second scalar.
        Assert.Equal((10 << 20, 3 << 20, 0, 7 << 20), ((int)scalars[1], (int)scalars[13], (int)scalars[14], (int)scalars[15]));
        Assert.Equal(13, new MaskedJob(Job(counts: false), classes: 3).Layout(codec, 2).Scalars);
    }

    [Fact]
    public void A_job_that_counts_classes_needs_to_know_how_many_there_are() => Assert.Throws<ArgumentException>(() => new MaskedJob(Job(counts: true)));

    [Fact]
    public void Classes_are_those_of_a_classification()
    {
        Assert.Equal(2, MaskedLabels.ClassesOf(new(Objective.Classification, ["no", "yes"])));
        Assert.Equal(0, MaskedLabels.ClassesOf(new(Objective.Detection, ["cell", "platelet"])));
        Assert.Equal(0, MaskedLabels.ClassesOf(null));
    }

    [Theory]
    [InlineData(Objective.Classification, 10, null)]
    [InlineData(Objective.Classification, 32, null)]
    [InlineData(Objective.Classification, 33, "counts at most 32 classes, and the data set has 33; remove it")]
    [InlineData(Objective.LanguageModel, 0, "needs one class an example, and this is language model; remove it")]
    [InlineData(Objective.Regression, 0, "needs one class an example, and this is regression; remove it")]
    public void What_has_no_class_an_example_is_refused(Objective objective, int classes, string? refusal) => Assert.Equal(refusal, MaskedLabels.Refusal(objective, classes));

    private static JobSpec Job(bool counts) => new() { Privacy = new() { SecureAggregation = new() { Enabled = true, LabelCounts = counts } } };

    private static ulong[] Sum(params ImmutableArray<long>[] clients)
    {
        var (sum, one) = (new ulong[clients[0].Length], new ulong[clients[0].Length]);
        foreach (var counts in clients)
        {
            MaskedLabels.Encode(counts.AsSpan(), counts.Sum(), clients.Length, one);
            for (var i = 0; i < sum.Length; i++) sum[i] = unchecked(sum[i] + one[i]);
        }
        return sum;
    }
}
