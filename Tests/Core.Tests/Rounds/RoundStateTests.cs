using Federated.Core.Algorithms;
using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

public sealed class RoundStateTests
{
    private static readonly UpdateFacts Facts = new(5, new(5, 1, 2), null, 0.1);

    [Theory]
    [InlineData(3, 2, "a", 1, null)]
    [InlineData(4, 2, "a", 1, OfferRefusal.WrongRound)]
    [InlineData(3, 1, "a", 1, OfferRefusal.WrongAttempt)]
    [InlineData(3, 2, "x", 1, OfferRefusal.NotInCohort)]
    [InlineData(3, 2, "a", 0, OfferRefusal.NoExamples)]
    [InlineData(3L << 32, 2, "a", 1, OfferRefusal.WrongRound)]
    public void Check_names_what_is_wrong(long round, long attempt, string client, ulong examples, OfferRefusal? expected) =>
        Assert.Equal(expected, Training("a", "b").Check(round, attempt, client, examples));

    [Fact]
    public void Check_refuses_a_client_whose_update_is_counted_or_being_counted()
    {
        var folding = Training("a", "b").Fold("a");
        Assert.Equal(OfferRefusal.Duplicate, folding.Check(3, 2, "a", 1));
        Assert.Equal(OfferRefusal.Duplicate, folding.Accept("a", Facts).Check(3, 2, "a", 1));
    }

    [Theory]
    [InlineData(RoundPhase.Aggregating)]
    [InlineData(RoundPhase.Committing)]
    [InlineData(RoundPhase.Failed)]
    public void Check_refuses_everything_after_training(RoundPhase phase) =>
        Assert.Equal(OfferRefusal.Closed, Training("a", "b").Enter(phase).Check(3, 2, "a", 1));

    [Fact]
    public void Check_refuses_after_the_deadline() => Assert.Equal(OfferRefusal.Closed, Training("a", "b").Expire().Check(3, 2, "a", 1));

    [Fact]
    public void Check_knows_no_client_before_the_cohort_is_drawn() =>
        Assert.Equal(OfferRefusal.NotInCohort, new RoundState { Round = 3, Attempt = 2, Minimum = 1 }.Check(3, 2, "a", 1));

    [Fact]
    public void Round_closes_with_the_wanted_updates_although_more_were_asked()
    {
        var round = Training(2, 1, "a", "b", "c").Fold("a").Accept("a", Facts);
        Assert.Equal(RoundVerdict.Continue, round.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, round.Fold("b").Accept("b", Facts).Decide().Verdict);
    }

    [Fact]
    public void Round_closes_below_the_wanted_number_when_all_have_answered_and_the_minimum_is_in()
    {
        var round = Training(3, 2, "a", "b", "c").Fold("a").Accept("a", Facts).Fail("b", "no data.").Fold("c");
        Assert.Equal(RoundVerdict.Continue, round.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, round.Accept("c", Facts).Decide().Verdict);
    }

    [Fact]
    public void Round_fails_at_once_when_the_minimum_cannot_be_met_any_more()
    {
        var round = Training(3, 2, "a", "b", "c").Fail("a", "out of memory.");
        Assert.Equal(RoundVerdict.Continue, round.Decide().Verdict);
        var decision = round.Fail("b", "no data.").Decide();
        Assert.Equal(RoundVerdict.Fail, decision.Verdict);
        Assert.Equal("2 of 3 clients failed and at least 2 updates are needed; client 'a': out of memory.", decision.Reason);
    }

    [Fact]
    public void Deadline_closes_with_the_minimum_and_fails_without()
    {
        var one = Training(3, 2, "a", "b", "c").Fold("a").Accept("a", Facts);
        Assert.Equal(new(RoundVerdict.Fail, "1 of at least 2 updates had arrived at the deadline."), one.Expire().Decide());
        Assert.Equal(RoundVerdict.Close, one.Fold("b").Accept("b", Facts).Expire().Decide().Verdict);
    }

    [Fact]
    public void Update_that_is_being_counted_at_the_deadline_still_counts()
    {
        var round = Training(3, 2, "a", "b", "c").Fold("a").Accept("a", Facts).Fold("b").Expire();
        Assert.Equal(RoundVerdict.Continue, round.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, round.Accept("b", Facts).Decide().Verdict);
        Assert.Equal(RoundVerdict.Fail, round.Fail("b", "not finite.", folding: true).Decide().Verdict);
    }

    [Fact]
    public void Failed_client_may_deliver_after_all()
    {
        var round = Training(2, 1, "a", "b").Fail("a", "its worker is gone.");
        Assert.Null(round.Check(3, 2, "a", 1));
        Assert.Empty(round.Fold("a").Accept("a", Facts).Failures);
    }

    [Fact]
    public void Failure_of_a_counted_or_foreign_client_changes_nothing()
    {
        var round = Training(2, 1, "a", "b").Fold("a").Accept("a", Facts).Fold("b");
        Assert.Same(round, round.Fail("a", "late."));
        Assert.Same(round, round.Fail("b", "late."));
        Assert.Same(round, round.Fail("x", "who?"));
    }

    [Fact]
    public void Missing_are_those_who_neither_delivered_nor_failed() =>
        Assert.Equal(["d"], Training(4, 1, "a", "b", "c", "d").Fold("a").Accept("a", Facts).Fail("b", "no.").Fold("c").Missing);

    [Fact]
    public void Updates_are_in_ordinal_order_of_clients_whatever_their_arrival()
    {
        var round = Training(3, 1, "a", "B", "c");
        foreach (var client in new[] { "c", "a", "B" }) round = round.Fold(client).Accept(client, Facts);
        Assert.Equal(["B", "a", "c"], round.Accepted.Keys);
    }

    [Fact]
    public void Impossible_steps_throw()
    {
        var round = Training("a", "b");
        Assert.Throws<InvalidOperationException>(() => round.Select(new(["a"], 1, 1)));
        Assert.Throws<InvalidOperationException>(() => round.Fold("x"));
        Assert.Throws<InvalidOperationException>(() => round.Fold("a").Fold("a"));
        Assert.Throws<InvalidOperationException>(() => round.Accept("a", Facts));
        Assert.Throws<InvalidOperationException>(() => round.Enter(RoundPhase.Aggregating).Fold("a"));
    }

    [Fact]
    public void Round_waits_for_the_client_that_it_needs_and_takes_others_meanwhile()
    {
        var round = Training(2, 1, "a", "b", "root", "z") with { Required = "root" };
        foreach (var client in new[] { "a", "b", "z" }) round = round.Fold(client).Accept(client, Facts);

        Assert.Equal(RoundVerdict.Continue, round.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, round.Fold("root").Accept("root", Facts).Decide().Verdict);
    }

    [Fact]
    public void Round_fails_with_the_client_that_it_needs()
    {
        var round = (Training(2, 1, "a", "b", "root") with { Required = "root" }).Fold("a").Accept("a", Facts).Fold("b").Accept("b", Facts);

        Assert.Equal(new(RoundVerdict.Fail, "client 'root', whose update every round needs, failed: its worker is gone."), round.Fail("root", "its worker is gone.").Decide());
        Assert.Equal(new(RoundVerdict.Fail, "the update of client 'root', which every round needs, had not arrived at the deadline."), round.Expire().Decide());
    }

    private static RoundState Training(params string[] cohort) => Training(cohort.Length, 1, cohort);

    private static RoundState Training(int wanted, int minimum, params string[] cohort) =>
        new RoundState { Round = 3, Attempt = 2, Minimum = minimum }.Select(new([.. cohort], wanted, cohort.Length));
}
