using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Rounds;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Rounds;

public sealed class MaskedRoundStateTests
{
    private static readonly MaskingRules Rules = new() { Minimum = 3, Threshold = 4 };

    [Fact]
    public void Training_closes_with_the_wanted_number_or_when_nobody_is_left_to_wait_for()
    {
        using var cohort = new MaskedCohort(6, Rules);
        var state = new MaskedRoundState { Context = MaskedCohort.Context, Rules = Rules }.Select(cohort.Names, wanted: 5);
        foreach (var name in cohort.Names[..4]) state = Taken(state.Advertise(cohort[name].Advertise()));
        Assert.Equal(MaskedVerdict.Continue, state.Decide().Verdict);
        Assert.Equal(["client-005", "client-006"], state.Missing);
        Assert.Equal(MaskedVerdict.Advance, Taken(state.Advertise(cohort["client-006"].Advertise())).Decide().Verdict);
        Assert.Equal(MaskedVerdict.Advance, state.Fail("client-005", "out of memory.").Fail("client-006", "gone.").Decide().Verdict);
        Assert.Equal(MaskedVerdict.Advance, state.Expire().Decide().Verdict);
    }

    [Fact]
    public void Training_fails_with_fewer_than_the_minimum_and_the_threshold()
    {
        using var cohort = new MaskedCohort(6, Rules);
        var state = cohort.State;
        foreach (var name in cohort.Names[..3]) state = Taken(state.Advertise(cohort[name].Advertise()));
        Assert.Equal(new(MaskedVerdict.Fail, "3 clients have trained at the deadline, of at least 4; nothing was unmasked."), state.Expire().Decide());
        foreach (var name in cohort.Names[3..]) state = state.Fail(name, "no data.");
        Assert.Equal(new(MaskedVerdict.Fail, "3 clients have trained or still can, of at least 4; nothing was unmasked; client 'client-004': no data."), state.Decide());
    }

    [Fact]
    public void Client_that_fails_after_it_has_advertised_is_out_and_may_come_back_while_there_is_time()
    {
        using var cohort = new MaskedCohort(6, Rules);
        var state = Taken(cohort.State.Advertise(cohort["client-001"].Advertise())).Fail("client-001", "its worker is gone.");
        Assert.Empty(state.Advertised);
        using var again = new MaskingClient(MaskedCohort.Context, "client-001", Rules, cohort.Layout, SystemRandom.Instance);
        Assert.Empty(Taken(state.Advertise(again.Advertise())).Failures);
    }

    [Fact]
    public void Advertisements_are_refused_with_a_reason()
    {
        using var cohort = new MaskedCohort(6, Rules);
        var good = cohort["client-001"].Advertise();
        var state = cohort.State;
        Assert.Equal(MaskingRefusal.NotInCohort, state.Advertise(good with { Client = "mallory" }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadKey, state.Advertise(good with { MaskKey = good.SealKey }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadKey, state.Advertise(good with { MaskKey = [1, 2, 3] }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadSignature, state.Advertise(good with { Signature = [1] }).Refused?.Reason);
        state = Taken(state.Advertise(good));
        Assert.Equal(MaskingRefusal.Repeated, state.Advertise(good with { }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.Contradiction, state.Advertise(good with { MaskKey = cohort["client-002"].Advertise().MaskKey }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.Closed, state.Expire().Advertise(cohort["client-002"].Advertise()).Refused?.Reason);
        Assert.Equal(MaskingRefusal.TooEarly, state.Share(new("client-001", [])).Refused?.Reason);
        Assert.Same(state, state.Advertise(good).State);
    }

    [Fact]
    public void Identities_are_checked_where_the_coordinator_knows_them()
    {
        using var cohort = new MaskedCohort(6, new() { Minimum = 3, Identities = true });
        var good = cohort["client-001"].Advertise();
        Assert.Equal(MaskingRefusal.BadSignature, cohort.State.Advertise(good with { Signature = [] }, cohort.Peers).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadSignature, cohort.State.Advertise(good with { Signature = good.Signature.SetItem(3, (byte)~good.Signature[3]) }, cohort.Peers).Refused?.Reason);
        Assert.Null(cohort.State.Advertise(good, cohort.Peers).Refused);
        using var none = new PeerIdentities(new Dictionary<string, string>());
        Assert.Equal(MaskingRefusal.UnknownIdentity, cohort.State.Advertise(good, none).Refused?.Reason);
    }

    [Fact]
    public void Answers_that_do_not_fit_are_refused_and_change_nothing()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        var state = cohort.State;
        var good = MaskedCohort.Value(cohort["client-001"].Share(state.SharingFor("client-001")!));
        Assert.Equal(MaskingRefusal.WrongPeers, state.Share(good with { Shares = good.Shares[1..] }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.WrongPeers, state.Share(good with { Shares = good.Shares.SetItem(0, good.Shares[0] with { From = 2 }) }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.WrongPeers, state.Share(good with { Client = "client-002" }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadShare, state.Share(good with { Shares = good.Shares.SetItem(0, good.Shares[0] with { Bytes = [] }) }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.TooEarly, state.Check("client-001")?.Reason);
        cohort.Share();
        Assert.Equal(MaskingRefusal.Repeated, cohort.State.Share(good).Refused?.Reason);
        cohort.Mask();
        Assert.Equal(MaskingRefusal.Repeated, cohort.State.Check("client-001")?.Reason);

        state = cohort.State;
        var shares = MaskedCohort.Value(cohort["client-001"].Unmask(state.UnmaskingFor("client-001")!));
        Assert.Equal(MaskingRefusal.WrongPeers, state.Reveal(shares with { Shares = shares.Shares[1..] }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.WrongPeers, state.Reveal(shares with { Shares = shares.Shares.SetItem(2, shares.Shares[2] with { Kind = SecretKind.MaskKey }) }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadShare, state.Reveal(shares with { Shares = shares.Shares.SetItem(2, shares.Shares[2] with { Share = new([1]) }) }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.BadShare, state.Reveal(shares with { Shares = shares.Shares.SetItem(2, shares.Shares[2] with { Share = new([0, 0, 0, 0, ulong.MaxValue]) }) }).Refused?.Reason);
        state = Taken(state.Reveal(shares));
        Assert.Equal(MaskingRefusal.Repeated, state.Reveal(shares with { }).Refused?.Reason);
        Assert.Equal(MaskingRefusal.Contradiction, state.Reveal(shares with { Shares = shares.Shares.SetItem(2, shares.Shares[2] with { Share = new([0, 0, 0, 0, 0]) }) }).Refused?.Reason);
    }

    [Fact]
    public void Client_that_was_too_late_for_a_phase_is_out_of_the_rest()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        var late = MaskedCohort.Value(cohort["client-006"].Share(cohort.State.SharingFor("client-006")!));
        cohort.Drop("client-006");
        cohort.Share();
        Assert.Equal(MaskingRefusal.Closed, cohort.State.Share(late).Refused?.Reason);
        Assert.Null(cohort.State.MaskingFor("client-006"));
        Assert.Equal(MaskingRefusal.NotInCohort, cohort.State.Check("client-006")?.Reason);
        Assert.Null(cohort.State.SharingFor("client-001"));   // that phase is over
    }

    [Fact]
    public void Vector_is_taken_in_two_steps()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        var state = cohort.State.Fold("client-001");
        Assert.Equal(MaskingRefusal.Repeated, state.Check("client-001")?.Reason);
        Assert.DoesNotContain("client-001", state.Missing);
        Assert.Throws<InvalidOperationException>(() => state.Fold("client-001"));
        Assert.Throws<InvalidOperationException>(() => state.Accept("client-002"));
        Assert.Same(state, state.Fail("client-001", "its stream broke."));
        Assert.Equal(["client-001"], state.Fail("client-001", "not what it should be.", folding: true).Failures.Keys);
        Assert.Equal(["client-001"], state.Accept("client-001").Masked);
        // What is being added at the deadline still counts.
        foreach (var name in cohort.Names[1..4]) state = state.Fold(name);
        state = state.Expire();
        Assert.Equal(MaskedVerdict.Continue, state.Decide().Verdict);
        foreach (var name in cohort.Names[..4]) state = state.Accept(name);
        Assert.Equal(MaskedVerdict.Advance, state.Decide().Verdict);
    }

    [Fact]
    public void Failure_of_a_survivor_leaves_its_vector_in_the_sum()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        var state = cohort.State.Fail("client-002", "its worker is gone.");
        Assert.Contains("client-002", state.Masked);
        Assert.DoesNotContain("client-002", state.Missing);
        Assert.Contains(2, state.UnmaskingFor("client-001")!.Survivors);
    }

    [Fact]
    public void Attempt_fails_as_soon_as_the_threshold_is_out_of_reach()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        var state = cohort.State.Fail("client-001", "gone.").Fail("client-002", "gone.");
        Assert.Equal(MaskedVerdict.Continue, state.Decide().Verdict);
        Assert.Equal(new(MaskedVerdict.Fail, "3 clients have masked or still can, of at least 4; nothing was unmasked; client 'client-001': gone."), state.Fail("client-003", "gone.").Decide());
    }

    [Fact]
    public void Unmasking_is_over_with_enough_shares_and_does_not_wait_for_the_rest()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        cohort.Drop("client-001", "client-002");
        cohort.Unmask();
        Assert.Equal(MaskedPhase.Aggregating, cohort.State.Phase);
        Assert.Equal(4, cohort.State.Revealed.Count);
        Assert.Equal(MaskedVerdict.Continue, cohort.State.Decide().Verdict);
        Assert.Throws<InvalidOperationException>(() => cohort.State.Advance());
    }

    [Fact]
    public void In_a_sparse_graph_a_client_without_enough_sharing_neighbours_is_left_out()
    {
        // Of client 1's six neighbours four do not share: 3 holders are below 4. Everybody else keeps enough.
        using var cohort = new MaskedCohort(60, new() { Minimum = 10, Neighbours = 6, Threshold = 4 });
        cohort.Advertise();
        var around = cohort.State.Graph!.Neighbours(1);
        cohort.Drop([.. around[..4].Select(index => cohort.Names[index - 1])]);
        cohort.Share();
        Assert.DoesNotContain("client-001", cohort.State.Sharers);
        Assert.All(cohort.State.Sharers, name => Assert.True(cohort.State.MaskingFor(name)!.Shares.Length + 1 >= 4));
        cohort.Mask();
        cohort.Unmask();
        Assert.Null(MaskRemoval.Remove(cohort.State, cohort.Sum, 1));
        cohort.AssertSumIsOf(cohort.State.Masked);
    }

    // With more the honest ones that stay may fall into parts with a probability above 2^-40, and the sum of each part would be open.
    [Fact]
    public void A_sparse_graph_that_was_worked_out_is_not_opened_with_more_drop_outs_than_it_was_made_for()
    {
        using var cohort = new MaskedCohort(100, new() { Minimum = 10 });
        cohort.Advertise();
        Assert.False(cohort.State.Graph!.Shape.Complete);
        var state = cohort.Names[..30].Aggregate(cohort.State, (state, name) => state.Fail(name, "gone."));
        Assert.Equal(MaskedVerdict.Continue, state.Decide().Verdict);

        var decision = state.Fail(cohort.Names[30], "gone.").Decide();
        Assert.Equal(MaskedVerdict.Fail, decision.Verdict);
        Assert.StartsWith("69 clients have shared their keys' shares with enough others or still can, of at least 70; nothing was unmasked", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_sparse_graph_the_attempt_fails_when_one_clients_holders_are_gone()
    {
        using var cohort = new MaskedCohort(60, new() { Minimum = 10, Neighbours = 6, Threshold = 4 });
        cohort.Advertise();
        cohort.Share();
        cohort.Mask();
        var state = cohort.State;
        foreach (var index in state.Graph!.Neighbours(1).Take(4)) state = state.Fail(cohort.Names[index - 1], "gone.");
        Assert.Equal(MaskedVerdict.Fail, state.Decide().Verdict);
        Assert.Contains("too few clients hold shares of client", state.Decide().Reason);
    }

    [Fact]
    public void Cohort_must_reach_what_is_wanted()
    {
        var state = new MaskedRoundState { Context = MaskedCohort.Context, Rules = Rules };
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Select(["a", "b", "c", "d"], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Select(["a", "b", "c", "d"], 5));
        Assert.Throws<InvalidOperationException>(() => state.Select(["a", "b", "c", "d"], 4).Select(["a", "b", "c", "d"], 4));
        Assert.Throws<ArgumentException>(() => (state with { Rules = new() { Minimum = 1 } }).Select(["a", "b"], 2));
    }

    [Fact]
    public void Sum_of_other_vectors_than_the_survivors_is_not_unmasked()
    {
        using var cohort = new MaskedCohort(6, Rules);
        cohort.Run();
        Assert.Null(cohort.Sum.Add(cohort.Uploads["client-001"]));
        Assert.Throws<InvalidOperationException>(() => MaskRemoval.Remove(cohort.State, cohort.Sum, 1));
    }

    private static MaskedRoundState Taken(MaskedStep step)
    {
        Assert.Null(step.Refused);
        return step.State;
    }
}
