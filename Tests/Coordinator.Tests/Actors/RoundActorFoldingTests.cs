using Federated.Coordinator.Actors;
using Federated.Core.Aggregation;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RoundActorFoldingTests : RoundActorTest
{
    // ([1, 0] + [3, 0] + [5, 0]) / 3, with d refused for itself.
    [Fact]
    public async Task Updates_that_wait_are_added_together_and_each_has_a_verdict_of_its_own()
    {
        using var aggregate = new GatedMean();
        var released = 0;
        OfferUpdate Of(string client, float value) => Update(Id(client), [value, 0f], release: () => Interlocked.Increment(ref released));
        var round = Open(Job(), clients: ["a", "b", "c", "d"], aggregate: aggregate);
        var first = Deliver(round, Of("a", 1));
        aggregate.Entered.Wait(TimeSpan.FromSeconds(20));
        Task<Verdict>[] others = [Deliver(round, Of("d", float.NaN)), Deliver(round, Of("b", 3)), Deliver(round, Of("c", 5))];
        // All of them are in its queue when it answers this.
        Assert.Equal(Refusal.Duplicate, (await Ask<RefusedOffer>(round, Begin(Id("c")))).Reason);
        aggregate.Open.Set();

        Assert.Equal([Refusal.NotFinite, Refusal.Unspecified, Refusal.Unspecified], (await Task.WhenAll(others)).Select(verdict => verdict.Refused));
        Assert.Equal(Refusal.Unspecified, (await first).Refused);
        var ready = TheRun.ExpectMsg<RoundReady>();
        Assert.Equal<float>([13f, 20f], ready.Server.Parameters.Values.ToArray());
        Assert.Equal([1, 3], aggregate.Together);
        Assert.Equal(4, released);
        Assert.Equal(["c", "d"], ready.Problems.Select(problem => problem.Client));
    }

    [Fact]
    public async Task No_more_are_added_than_the_round_wants()
    {
        using var aggregate = new GatedMean();
        var released = 0;
        var round = Open(With(Job(), cohort => cohort with { Fraction = 0.5, OverSelect = 2 }), clients: ["a", "b", "c", "d"], aggregate: aggregate);
        OfferUpdate Of(string client) => Update(Id(client), [1f, 0f], release: () => Interlocked.Increment(ref released));
        var first = Deliver(round, Of("a"));
        aggregate.Entered.Wait(TimeSpan.FromSeconds(20));
        Task<Verdict>[] others = [Deliver(round, Of("b")), Deliver(round, Of("c")), Deliver(round, Of("d"))];
        Assert.Equal(Refusal.Duplicate, (await Ask<RefusedOffer>(round, Begin(Id("d")))).Reason);
        aggregate.Open.Set();

        Assert.Equal([Refusal.Unspecified, Refusal.RoundClosed, Refusal.RoundClosed], (await Task.WhenAll(others)).Select(verdict => verdict.Refused));
        Assert.Equal(Refusal.Unspecified, (await first).Refused);
        Assert.Equal(["a", "b"], TheRun.ExpectMsg<RoundReady>().Round.Accepted.Keys);
        Assert.Equal([1, 1], aggregate.Together);
        Assert.Equal(4, released);
    }

    [Fact]
    public async Task Defect_of_the_aggregate_fails_the_attempt_and_leaves_no_offer_without_an_answer()
    {
        using var aggregate = new GatedMean(broken: true);
        var released = 0;
        var round = Open(Job(), clients: ["a", "b"], aggregate: aggregate);
        var offers = new[] { "a", "b" }.Select(client => Deliver(round, Update(Id(client), [1f, 0f], release: () => Interlocked.Increment(ref released)))).ToArray();
        aggregate.Open.Set();
        Assert.All(await Task.WhenAll(offers), verdict => Assert.Equal(Refusal.RoundClosed, verdict.Refused));
        Assert.Equal("counting the update of client 'a' failed: broken sum", TheRun.ExpectMsg<RoundGaveUp>().Reason);
        await AwaitConditionAsync(() => Task.FromResult(Volatile.Read(ref released) == 2), TimeSpan.FromSeconds(5));
    }

    /// <summary>A mean that waits, and tells how many updates came together.</summary>
    private sealed class GatedMean(bool broken = false) : IUpdateAggregate, IDisposable
    {
        private readonly WeightedMean _mean = new(2);

        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Open { get; } = new();

        public List<int> Together { get; } = [];

        public int Length => 2;

        public AddOutcome TryAdd(string client, ReadOnlyMemory<float> values, double weight) => throw new NotSupportedException();

        public void TryAdd(ReadOnlySpan<ClientUpdate> updates, Span<AddOutcome> outcomes)
        {
            Entered.Set();
            Open.Wait(TimeSpan.FromSeconds(20));
            if (broken) throw new InvalidOperationException("broken sum");
            Together.Add(updates.Length);
            _mean.TryAdd(updates, outcomes);
        }

        public void Aggregate(Span<float> result, int round) => _mean.Aggregate(result, round);

        public void Clear() => _mean.Clear();

        public void Dispose()
        {
            Entered.Dispose();
            Open.Dispose();
        }
    }
}
