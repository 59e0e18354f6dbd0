using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy.SecureAggregation;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

public sealed class MaskedFactsTests
{
    // Two clients: 10 examples of 20 trained with loss 30 and 12 hits, no validation; 30 of 60, loss 45 and 50 hits, 5 validated. n f sums to 10 * 1.5 + 30 * 0.75 = 37.5.
    private static readonly UpdateFacts First = new(10, new(20, 30, 12), Validation: null, ComputeSeconds: 1.5);
    private static readonly UpdateFacts Second = new(30, new(60, 45, 50), new MetricSums(5, 2.5, 4), ComputeSeconds: 0.25) { Personal = new MetricSums(5, 1.25, 5) };

    [Fact]
    public void Sum_of_the_scalars_is_what_the_clients_say_together()
    {
        var scalars = Sum((First, 0.25), (Second, 1));

        Assert.Null(MaskedFacts.Decode(scalars, updates: 2, out var weight, out var sums));

        Assert.Equal(1.25, weight);
        Assert.Equal(new RoundSums(2, 40, new(80, 75, 62), new MetricSums(5, 2.5, 4), new MetricSums(5, 1.25, 5), 1.75, 37.5), sums);
        Assert.Equal(RoundSums.Of([First, Second]), sums);
    }

    [Fact]
    public void Mean_loss_of_a_masked_round_is_that_of_its_clients_by_their_examples()
    {
        Assert.Null(MaskedFacts.Decode(Sum((First, 1), (Second, 1)), updates: 2, out _, out var sums));
        var masked = RoundFacts.Masked(sums, clients: 7);
        Assert.Equal((2, 7), (masked.Count, masked.Clients));
        Assert.Equal(37.5 / 40, masked.TrainingLoss());
    }

    [Theory]
    [InlineData(0, 3, "the weights of 2 clients come to 3")]
    [InlineData(0, -1, "the weights of 2 clients come to -1")]
    [InlineData(1, 1, "2 clients have 1 examples together")]
    [InlineData(2, 0, "the training of 2 clients saw 0 examples")]
    [InlineData(4, 81, "81 of 80 examples are right, with a loss of 75")]
    [InlineData(8, -1, "-1 of 5 examples are right, with a loss of 2.5")]
    [InlineData(12, -1, "2 clients have computed for -1 s")]
    public void Sums_that_cannot_be_are_told(int scalar, double made, string error)
    {
        var scalars = Sum((First, 0.25), (Second, 1));
        scalars[scalar] = unchecked((ulong)(long)(made * (scalar == 0 ? 1L << 40 : 1 << 20)));
        // A sum of weights below 0 wraps round and is far too large.
        var wrong = MaskedFacts.Decode(scalars, updates: 2, out _, out _);
        if (scalar == 0 && made < 0) Assert.StartsWith("the weights of 2 clients come to 1677721", wrong, StringComparison.Ordinal);
        else Assert.Equal(error, wrong);
    }

    [Fact]
    public void A_loss_that_could_run_over_is_not_masked()
    {
        var facts = First with { Training = new(20, 1e12, 12) };
        Assert.Throws<ArgumentOutOfRangeException>(() => MaskedFacts.Encode(facts, 1, clients: 10, new ulong[MaskedFacts.Count]));
        MaskedFacts.Encode(facts with { Training = new(20, 1e11, 12) }, 1, clients: 10, new ulong[MaskedFacts.Count]);
    }

    [Theory]
    [InlineData(MaskedWeighting.Examples, 50, 0.5)]
    [InlineData(MaskedWeighting.Examples, 100, 1)]
    [InlineData(MaskedWeighting.Examples, 5000, 1)]
    [InlineData(MaskedWeighting.Uniform, 50, 1)]
    public void Weight_is_the_share_of_the_cap(MaskedWeighting weighting, long examples, double weight)
    {
        var job = new MaskedJob(new() { Privacy = new() { SecureAggregation = new() { Enabled = true, Weighting = weighting, ExamplesCap = 100 } } });
        Assert.Equal(weight, job.Weight(First with { Examples = examples }));
        // An algorithm whose clients all weigh the same.
        Assert.Equal(1, job.Weight(First with { Examples = examples, Weight = 1 }));
    }

    private static ulong[] Sum(params (UpdateFacts Facts, double Weight)[] clients)
    {
        var sum = new ulong[MaskedFacts.Count];
        var one = new ulong[MaskedFacts.Count];
        foreach (var (facts, weight) in clients)
        {
            MaskedFacts.Encode(facts, weight, clients.Length, one);
            for (var i = 0; i < sum.Length; i++) sum[i] = unchecked(sum[i] + one[i]);
        }
        return sum;
    }
}
