using Federated.V1;
using Federated.Worker.Actors;

namespace Federated.Worker.Tests.Actors;

public sealed class HeldTasksTests
{
    private readonly HeldTasks _held = new();

    [Fact]
    public void Task_is_held_until_every_time_that_it_was_passed_on_is_dropped()
    {
        _held.Add(Id("a"));
        _held.Add(Id("a"));
        _held.Drop(Id("a"), 1);
        Assert.Equal([Id("a")], _held.Latest());

        _held.Drop(Id("a"), 1);
        Assert.Empty(_held.Latest());
        _held.Drop(Id("a"), 1);
        _held.Add(Id("a"));
        Assert.Equal([Id("a")], _held.Latest());
    }

    [Fact]
    public void Latest_rounds_come_first()
    {
        foreach (var round in (uint[])[2, 5, 1]) _held.Add(Id("a", round));

        Assert.Equal([5u, 2u, 1u], _held.Latest().Select(id => id.Round));
    }

    [Fact]
    public void Oldest_rounds_are_left_out_when_there_are_too_many()
    {
        for (var i = 0; i < HeldTasks.MostNamed; i++) _held.Add(Id($"{i}", 2));
        _held.Add(Id("old", 1));
        _held.Add(Id("new", 3));

        var named = _held.Latest().ToList();

        Assert.Equal(HeldTasks.MostNamed, named.Count);
        Assert.Equal("new", named[0].Client);
        Assert.DoesNotContain(named, id => id.Client == "old");
    }

    [Fact]
    public void Hello_with_long_names_fits_into_one_message()
    {
        var name = new string('\u4e00', 252);
        for (var i = 0; i < HeldTasks.MostNamed; i++) _held.Add(Id($"{name}{i}"));

        var hello = new Hello { Held = { _held.Latest() } };

        Assert.InRange(hello.CalculateSize(), HeldTasks.MostBytes / 2, HeldTasks.MostBytes);
    }

    [Fact]
    public void Runs_and_clients_are_dropped_alone()
    {
        TaskId other = new() { Run = "other", Round = 1, Attempt = 1, Client = "a", Kind = TaskKind.Train };
        foreach (var id in new[] { Id("a"), Id("b"), other }) _held.Add(id);

        _held.DropClient("run-1", "a");
        Assert.Equal(["b", "a"], _held.Latest().OrderBy(id => id.Run).ThenBy(id => id.Client).Select(id => id.Client).Reverse());
        _held.DropRun("run-1");

        Assert.Equal([other], _held.Latest());
    }

    private static TaskId Id(string client, uint round = 1) => new() { Run = "run-1", Round = round, Attempt = 1, Client = client, Kind = TaskKind.Train };
}
