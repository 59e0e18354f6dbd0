using Federated.Coordinator.Actors;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RunsInPlaceTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(0.5);

    [Fact]
    public void Node_that_had_the_runs_and_must_have_them_has_lost_them_after_two_seconds() =>
        Assert.Equal(TimeSpan.FromSeconds(2), LostAfter(RunsInPlace.Beginning.Seen(TimeSpan.Zero, mustHave: true, has: true)));

    [Fact]
    public void Node_that_never_had_them_waits_ten_seconds_for_whoever_hands_them_over() =>
        Assert.Equal(TimeSpan.FromSeconds(10), LostAfter(RunsInPlace.Beginning.Seen(TimeSpan.Zero, mustHave: false, has: false)));

    [Fact]
    public void Node_that_need_not_have_them_loses_nothing()
    {
        var place = RunsInPlace.Beginning.Seen(TimeSpan.Zero, mustHave: true, has: true);
        for (var now = Tick; now < TimeSpan.FromMinutes(1); now += Tick) place = place.Seen(now, mustHave: false, has: false);
        Assert.False(place.IsLost);
    }

    [Fact]
    public void Runs_that_come_back_in_time_are_not_lost()
    {
        var place = RunsInPlace.Beginning.Seen(TimeSpan.Zero, mustHave: true, has: true);
        for (var now = Tick; now < TimeSpan.FromMinutes(1); now += Tick) place = place.Seen(now, mustHave: true, has: now.Seconds % 2 == 0);
        Assert.False(place.IsLost);
    }

    [Fact]
    public void Time_that_the_process_slept_does_not_count()
    {
        var place = RunsInPlace.Beginning.Seen(TimeSpan.Zero, mustHave: true, has: true).Seen(Tick, mustHave: true, has: false);
        Assert.False(place.Seen(TimeSpan.FromMinutes(1), mustHave: true, has: false).IsLost);
    }

    // The first tick without runs begins the wait.
    private static TimeSpan? LostAfter(RunsInPlace place)
    {
        for (var now = Tick; now < TimeSpan.FromMinutes(1); now += Tick)
        {
            place = place.Seen(now, mustHave: true, has: false);
            if (place.IsLost) return now - Tick;
        }
        return null;
    }
}
