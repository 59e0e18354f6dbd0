using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Tests.Rounds;

public sealed class BufferStateTests
{
    private static readonly UpdateFacts Facts = new(5, new(5, 1, 2), null, 0.1);
    private static readonly ImmutableArray<string> Six = ["a", "b", "c", "d", "e", "f"];

    [Theory]
    [InlineData(3, 2, "a", 1, null)]
    [InlineData(4, 2, "a", 1, OfferRefusal.WrongRound)]
    [InlineData(0, 2, "a", 1, OfferRefusal.WrongRound)]
    [InlineData(3, 1, "a", 1, OfferRefusal.WrongAttempt)]
    [InlineData(3, 2, "x", 1, OfferRefusal.NotInCohort)]
    [InlineData(3, 2, "a", 0, OfferRefusal.NoExamples)]
    [InlineData(2, 1, "b", 1, null)]                          // started a version ago
    [InlineData(2, 1, "a", 1, OfferRefusal.Closed)]           // of a task that is settled
    [InlineData(1, 1, "c", 1, OfferRefusal.TooStale)]
    [InlineData(3, 2, "d", 1, OfferRefusal.Duplicate)]
    [InlineData(3, 2, "e", 1, OfferRefusal.Duplicate)]
    [InlineData(3, 2, "f", 1, OfferRefusal.Closed)]           // failed, and was told so
    public void Check_names_what_is_wrong(long round, long attempt, string client, ulong examples, OfferRefusal? expected)
    {
        var state = Asking(New(mode: FederationMode.FedBuff, stalest: 1), "a", "d", "e", "f") is var asked
            ? asked with { Training = asked.Training.Add("b", new(2, 1)) } : null!;
        state = state.Fold("d").Fold("e").Accept("e", Facts).Fail("f", "no data.");
        Assert.Equal(expected, state.Check(round, attempt, client, examples));
    }

    [Fact]
    public void Whoever_delivers_is_replaced_by_somebody_who_neither_trains_nor_waits_for_the_next_version()
    {
        var state = Fill(New());
        Assert.Equal(3, state.Training.Count);
        var first = state.Training.Keys.First();
        state = Count(state, first);
        var next = state.Draw(seed: 7, Six, ClientHealth.Fine);
        Assert.DoesNotContain(next.Single(), state.Training.Keys.Append(first));
        Assert.Equal<string>(next, state.Draw(7, Six.Reverse(), ClientHealth.Fine));
        // Places that wait for the journal are taken.
        Assert.Empty(state.WillAsk(next).Draw(7, Six, ClientHealth.Fine));
    }

    [Fact]
    public void Every_client_is_drawn_about_as_often_as_any_other()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (ulong seed = 0; seed < 600; seed++)
            foreach (var client in New().Draw(seed, Six, ClientHealth.Fine))
                counts[client] = counts.GetValueOrDefault(client) + 1;
        // 600 draws of 3 out of 6: 300 each, with a standard deviation of 12.
        Assert.All(Six, client => Assert.InRange(counts[client], 250, 350));
    }

    [Fact]
    public void Buffer_of_k_updates_becomes_a_version_and_those_who_train_go_on()
    {
        var state = Fill(New());
        var (first, second, third) = (state.Training.Keys.First(), state.Training.Keys.ElementAt(1), state.Training.Keys.ElementAt(2));
        state = Count(state, first);
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        state = Count(state, second);
        Assert.Equal(RoundVerdict.Close, state.Decide().Verdict);
        Assert.Equal([first, second], state.Settled);
        Assert.Equal((3, 2), (state.AsRound().Round, state.AsRound().Accepted.Count));

        state = state.Seal();
        // Its update misses the version that is being made, and is one version old in the next one.
        state = state.Fold(third);
        Assert.Equal(1, state.Staleness(third));
        state = state.Accept(third, Facts).Commit();
        Assert.Equal((4, 1), (state.Round, state.Attempt));
        Assert.Equal([third], state.Accepted.Keys);
        Assert.Equal([third], state.Busy);
    }

    [Fact]
    public void Client_is_asked_again_once_its_update_is_in_a_committed_version_and_not_before()
    {
        var state = New(concurrency: 2, buffer: 2);
        state = state.WillAsk(["a", "b"]).Ask();
        state = Count(Count(state, "a"), "b");
        Assert.Empty(state.Draw(7, ["a", "b"], ClientHealth.Fine));
        Assert.Empty(state.Seal().Draw(7, ["a", "b"], ClientHealth.Fine));
        Assert.Equal<string>(["a", "b"], state.Seal().Commit().Draw(7, ["a", "b"], ClientHealth.Fine));
    }

    [Fact]
    public void Full_buffer_takes_no_more_while_the_one_before_it_is_made()
    {
        var state = Asking(New(mode: FederationMode.FedAsync), "a", "b", "c");
        state = Count(state, "a").Seal();
        state = Count(state, "b").Fold("c");
        Assert.False(state.HasRoom);
        Assert.Throws<InvalidOperationException>(() => state.Accept("c", Facts));
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        state = state.Commit();
        Assert.Equal((RoundVerdict.Close, 1), (state.Decide().Verdict, state.Staleness("c")));
    }

    [Fact]
    public void Whoever_started_too_long_ago_is_out_with_the_commit_and_free()
    {
        var state = Asking(New(stalest: 1), "a", "b", "c");
        state = Count(Count(state, "a"), "b").Seal().Commit();
        Assert.Equal(["c"], state.Training.Keys);
        state = Count(Count(state.WillAsk(["a", "b"]).Ask(), "a"), "b").Seal();
        Assert.Equal(OfferRefusal.TooStale, state.Check(3, 2, "c", 1));
        state = state.Commit();
        Assert.Empty(state.Training);
        Assert.Empty(state.Busy);
    }

    [Fact]
    public void With_fewer_clients_than_the_buffer_a_version_is_made_when_all_have_delivered()
    {
        var state = Count(Asking(New(buffer: 9, concurrency: 9), "a", "b"), "a");
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, Count(state, "b").Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, state.Fail("b", "no data.").Decide().Verdict);
    }

    [Fact]
    public void Attempt_fails_when_all_have_failed_and_nobody_is_left()
    {
        var state = Asking(New(), "a", "b").Fail("a", "out of memory.");
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        var decision = state.Fail("b", "no data.").Decide();
        Assert.Equal(
            (RoundVerdict.Fail, "2 clients failed, nobody else can be asked, and 0 of at least 1 updates are there; client 'a': out of memory."), (decision.Verdict, decision.Reason));
        // They are not asked again in this attempt.
        Assert.Equal<string>(["c"], state.Fail("b", "no data.").Draw(7, ["a", "b", "c"], ClientHealth.Fine));
    }

    [Fact]
    public void Run_that_goes_on_asks_the_same_clients_and_draws_as_it_would_have()
    {
        var state = Asking(Fill(New()), "x");
        var again = New().Resume(state.Training);
        Assert.Equal(state.Training, again.Training);
        Assert.Equal(state.Asked, again.Asked);
    }

    [Fact]
    public void Semi_synchronous_round_closes_at_its_deadline_and_late_updates_count_in_the_next_one()
    {
        var state = Semi("a", "b", "c");
        state = Count(state, "a");
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        state = state.Expire();
        Assert.Equal(RoundVerdict.Close, state.Decide().Verdict);
        state = state.Seal().Commit();
        Assert.Equal(["b", "c"], state.Busy.Order());

        var cohort = CohortSelection.Draw(new() { Fraction = 0.5 }, 7, state.Round, 1, Candidates("a", "b", "c", "d"), ClientHealth.Fine, busy: state.Busy);
        Assert.Equal<string>(["a", "d"], cohort.Clients);
        Assert.Equal(2, cohort.Wanted);
        state = Count(state.Select(cohort).WillAsk(cohort.Clients).Ask(), "b");
        Assert.Equal(1, state.Counted["b"].Staleness(state.Round));
        // Late ones do not stand for the round's own.
        state = Count(state, "a");
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, Count(state, "d").Decide().Verdict);
    }

    [Fact]
    public void Semi_synchronous_round_in_which_all_are_late_closes_with_the_minimum()
    {
        var state = Semi("a", "b").Expire();
        Assert.Equal("0 of at least 1 updates had arrived at the deadline.", state.Decide().Reason);
        state = Count(Semi("a", "b", "c"), "c").Expire().Seal().Commit();
        var cohort = CohortSelection.Draw(new(), 7, state.Round, 1, Candidates("a", "b"), ClientHealth.Fine, busy: state.Busy);
        Assert.Empty(cohort.Clients);
        state = state.Select(cohort);
        Assert.Equal(RoundVerdict.Continue, state.Decide().Verdict);
        Assert.Equal(RoundVerdict.Close, Count(state, "b").Decide().Verdict);
        Assert.Equal(RoundVerdict.Fail, state.Fail("a", "gone.").Fail("b", "gone.").Decide().Verdict);
    }

    [Fact]
    public void Impossible_steps_throw()
    {
        var state = Asking(New(), "a");
        Assert.Throws<InvalidOperationException>(() => state.Fold("x"));
        Assert.Throws<InvalidOperationException>(() => state.Accept("a", Facts));
        Assert.Throws<InvalidOperationException>(state.Seal);
        Assert.Throws<InvalidOperationException>(state.Commit);
        Assert.Throws<InvalidOperationException>(() => Count(state, "a").Seal().Seal());
        Assert.Same(state, state.Fail("x", "who?"));
    }

    // Each task is followed from the moment that it is asked for: it ends once, in one version, as a failure or as too old, and until then the state has it in one place, as the run's journal does.
    [Theory]
    [InlineData(FederationMode.FedBuff)]
    [InlineData(FederationMode.FedAsync)]
    [InlineData(FederationMode.SemiSynchronous)]
    public void Each_task_ends_once_and_none_is_lost_whatever_happens(FederationMode mode)
    {
        var ends = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1; seed <= 60; seed++)
        {
            var (random, state, over) = (new Random(seed), New(mode, stalest: 1), new Dictionary<(string, FlightTask), string>());
            var (open, inBuffer, inVersion) = (new Dictionary<string, FlightTask>(StringComparer.Ordinal), new HashSet<string>(), new HashSet<string>());
            Ask();
            for (var step = 0; step < 200; step++)
            {
                if (state.Training.Count > 0 && random.Next(3) > 0)
                {
                    var client = state.Training.Keys.ElementAt(random.Next(state.Training.Count));
                    var fails = random.Next(5) == 0;
                    state = fails ? state.Fail(client, "chance.") : state.Fold(client);
                    if (fails) End(client, "failed");
                }
                while (state.HasRoom && !state.Folding.IsEmpty)
                {
                    var client = state.Folding.Keys.ElementAt(random.Next(state.Folding.Count));
                    var age = state.Target - open[client].Round;
                    Assert.Equal(age > 1, BufferState.IsTooStale(state.Spec, state.Folding[client], state.Target));
                    Assert.Equal(age, state.Staleness(client));
                    state = age > 1 ? state.Drop(client) : state.Accept(client, Facts with { Staleness = age });
                    if (age > 1) End(client, "too old");
                    else Assert.True(inBuffer.Add(client));
                }
                if (state.Sealed && random.Next(2) == 0) Commit();
                if (mode == FederationMode.SemiSynchronous && random.Next(9) == 0) state = state.Expire();
                if (state.Refills) Ask();
                var verdict = state.Decide().Verdict;
                if (verdict == RoundVerdict.Close)
                {
                    Assert.Equal(inBuffer, state.Accepted.Keys.ToHashSet());
                    (inVersion, inBuffer) = (inBuffer, []);
                    state = state.Seal();
                }
                else if (verdict == RoundVerdict.Fail)
                {
                    break;
                }
                var held = state.Training.Concat(state.Folding).Concat(state.Counted).ToArray();
                Assert.Equal(open.OrderBy(task => task.Key, StringComparer.Ordinal), held.OrderBy(task => task.Key, StringComparer.Ordinal));
                Assert.True(!state.Refills || state.Training.Count <= 3);
            }

            void Ask()
            {
                var before = state.Training;
                if (mode == FederationMode.SemiSynchronous)
                {
                    var cohort = CohortSelection.Draw(new() { Fraction = 0.5 }, 7, state.Round, state.Attempt, Candidates([.. Six]), ClientHealth.Fine, busy: state.Busy);
                    state = state.Select(cohort).WillAsk(cohort.Clients).Ask();
                }
                else
                {
                    state = Fill(state);
                }
                foreach (var (client, task) in state.Training.Where(task => !before.Contains(task))) open.Add(client, task);
            }

            void Commit()
            {
                foreach (var client in inVersion) End(client, $"in version {state.Round}");
                inVersion = [];
                state = state.Commit();
                foreach (var (client, _) in open.Where(task => state.Round - task.Value.Round > 1 && !state.Folding.ContainsKey(task.Key) && !state.Counted.ContainsKey(task.Key)).ToArray()) End(client, "too old");
                if (mode == FederationMode.SemiSynchronous) Ask();
            }

            void End(string client, string how)
            {
                Assert.True(open.Remove(client, out var task), $"{client} has no open task to end as {how}.");
                Assert.True(over.TryAdd((client, task), how), $"{client} ends {task} again as {how}, after {over.GetValueOrDefault((client, task))}.");
                how = how.StartsWith("in version", StringComparison.Ordinal) ? "counted" : how;
                ends[how] = ends.GetValueOrDefault(how) + 1;
            }
        }
        // Else the test would show little.
        Assert.True(ends["counted"] > 100 && ends["failed"] > 20, string.Join(", ", ends));
        Assert.True(ends.GetValueOrDefault("too old") > 0, string.Join(", ", ends));
    }

    private static BufferState New(FederationMode mode = FederationMode.FedBuff, int concurrency = 3, int buffer = 2, int stalest = 100) => new()
    {
        Spec = new() { Mode = mode, Asynchronous = new() { Concurrency = concurrency, Buffer = buffer, MaxStaleness = stalest }, Cohort = new() { Minimum = 1 } },
        Round = 3,
        Attempt = 2,
    };

    private static IEnumerable<Candidate> Candidates(params string[] clients) => clients.Select(client => new Candidate(client));

    private static BufferState Semi(params string[] cohort) => New(FederationMode.SemiSynchronous).Select(new([.. cohort], cohort.Length, cohort.Length)).WillAsk(cohort).Ask();

    private static BufferState Asking(BufferState state, params string[] clients) => state.WillAsk(clients).Ask();

    private static BufferState Fill(BufferState state) => state.WillAsk(state.Draw(7, Six, ClientHealth.Fine)).Ask();

    private static BufferState Count(BufferState state, string client) => state.Fold(client).Accept(client, Facts);
}
