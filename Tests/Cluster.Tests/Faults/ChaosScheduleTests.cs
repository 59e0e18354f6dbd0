namespace Federated.Cluster.Tests.Faults;

public sealed class ChaosScheduleTests
{
    private static readonly ChaosSpec Spec = new()
    {
        Rounds = 4,
        Phases = ["selecting", "training", "aggregating", "committing"],
        Kills = 10,
        KillTargets = ["coordinator-1", "coordinator-2", "worker-1"],
        Pauses = 2,
        PauseTargets = ["worker-1"],
        Cuts = 3,
        CutTargets = ["link-1", "link-2"],
    };

    [Fact]
    public void Same_seed_and_spec_give_the_same_schedule_on_every_platform()
    {
        var spec = new ChaosSpec
        {
            Rounds = 3,
            Phases = ["training", "committing"],
            Kills = 3,
            KillTargets = ["a", "b"],
            Pauses = 1,
            PauseTargets = ["b"],
            Cuts = 1,
            CutTargets = ["l"],
        };

        Assert.Equal(ChaosSchedule.Draw(9, Spec).ToString(), ChaosSchedule.Draw(9, Spec).ToString());
        Assert.Equal(
            """
            chaos seed 1
              1. kill a at round 1 committing
              2. pause b after 1.870 s, for 0.312 s
              3. cut l after 0.312 s, for 0.409 s
              4. kill b at round 3 training
              5. kill a at round 3 committing
            """.ReplaceLineEndings("\n"), ChaosSchedule.Draw(1, spec).ToString());
    }

    [Fact]
    public void Different_seeds_give_different_schedules()
    {
        var schedules = Enumerable.Range(0, 100).Select(seed => string.Join('\n', ChaosSchedule.Draw((ulong)seed, Spec).Actions));

        Assert.Equal(100, schedules.Distinct().Count());
    }

    [Fact]
    public void Every_schedule_hits_every_phase_has_its_kills_and_their_rounds_ascend()
    {
        for (var seed = 0ul; seed < 500; seed++)
        {
            var actions = ChaosSchedule.Draw(seed, Spec).Actions;
            var kills = actions.Where(action => action.Kind == ChaosKind.Kill).ToArray();
            var points = kills.Select(kill => Assert.IsType<ChaosMoment.At>(kill.When)).ToArray();

            int CountOf(ChaosKind kind) => actions.Count(action => action.Kind == kind);
            Assert.Equal((10, 2, 3), (kills.Length, CountOf(ChaosKind.Pause), CountOf(ChaosKind.Cut)));
            Assert.Equal(Spec.Phases.Order(), points.Select(point => point.Phase).Distinct().Order());
            Assert.Equal(points.Distinct().OrderBy(point => point.Round).ThenBy(point => Spec.Phases.IndexOf(point.Phase)), points);
            Assert.All(points, point => Assert.InRange(point.Round, 1, 4));
            Assert.All(kills, kill => Assert.Contains(kill.Target, Spec.KillTargets));
            Assert.All(actions.Except(kills), action =>
            {
                Assert.InRange(Assert.IsType<ChaosMoment.After>(action.When).Delay, TimeSpan.Zero, Spec.LongestDelay);
                Assert.InRange(action.For, Spec.ShortestSpan, Spec.LongestSpan);
                Assert.Contains(action.Target, action.Kind == ChaosKind.Pause ? Spec.PauseTargets : Spec.CutTargets);
            });
        }
    }

    [Fact]
    public void There_are_at_least_as_many_kills_as_phases()
    {
        Assert.Equal(4, ChaosSchedule.Draw(1, Spec with { Kills = 0, Pauses = 0, Cuts = 0 }).Actions.Length);
    }

    [Fact]
    public void Every_point_can_be_hit()
    {
        var actions = ChaosSchedule.Draw(1, Spec with { Kills = 16, Pauses = 0, Cuts = 0 }).Actions;

        Assert.Equal(16, actions.Select(action => action.When).Distinct().Count());
    }

    [Fact]
    public void Spec_that_cannot_be_met_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => ChaosSchedule.Draw(1, Spec with { Kills = 17 }));

        Assert.Contains("17 kills do not fit", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ChaosSchedule.Draw(1, Spec with { KillTargets = [] }));
        Assert.Throws<ArgumentException>(() => ChaosSchedule.Draw(1, Spec with { PauseTargets = [] }));
        Assert.Throws<ArgumentException>(() => ChaosSchedule.Draw(1, Spec with { CutTargets = [] }));
        Assert.Throws<ArgumentException>(() => ChaosSchedule.Draw(1, Spec with { Phases = ["training", "training"] }));
    }
}
