using Federated.Coordinator.Storage;

namespace Federated.Coordinator.Tests.Storage;

public sealed class CheckpointKeepingTests
{
    private static readonly HashSet<int> Nothing = [];

    [Theory]
    // rounds and accuracies (percent, - for none), needed, last, what goes
    [InlineData("", "", 3, "")]
    [InlineData("0:-", "", 1, "")]
    [InlineData("0:- 1:- 2:-", "", 3, "")]
    [InlineData("0:- 1:- 2:- 3:-", "", 3, "0")]
    [InlineData("0:99 1:50 2:40 3:30 4:20", "", 2, "0 2")]
    [InlineData("1:50 2:70 3:60 4:10 5:10", "", 1, "1 3 4")]
    [InlineData("1:70 2:70 3:70 4:70", "", 1, "2 3")]
    [InlineData("1:- 2:- 3:- 4:-", "", 1, "1 2 3")]
    [InlineData("1:- 2:- 3:- 4:-", "2", 1, "1 3")]
    [InlineData("0:- 1:90 2:- 3:- 4:95", "0 3", 1, "1 2")]
    [InlineData("3:0 7:- 20:-", "", 1, "7")]
    [InlineData("1:- 2:-", "9", 1, "1")]
    public void The_last_the_best_and_the_needed_stay(string held, string needed, int last, string gone)
    {
        var wanted = needed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToHashSet();
        var unneeded = new CheckpointKeeping(last).Unneeded(Held(held), wanted);

        Assert.Equal(gone, string.Join(' ', unneeded.Select(one => one.Round)));
    }

    [Fact]
    public void Three_stay_unless_told_otherwise() => Assert.Equal(3, new CheckpointKeeping().Last);

    [Fact]
    public void An_accuracy_that_is_not_a_number_is_no_result() =>
        Assert.Equal(1, CheckpointKeeping.Best([new(1, new(), 0.1), new(2, new(), double.NaN)])?.Round);

    [Fact]
    public void Keeping_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointKeeping(0));

    [Theory]
    [InlineData("2:- 1:-")]
    [InlineData("1:- 1:-")]
    public void Rounds_out_of_order_are_refused(string held) =>
        Assert.Throws<ArgumentException>(() => new CheckpointKeeping().Unneeded(Held(held), Nothing));

    [Fact]
    public void Whatever_a_run_does_what_may_be_wanted_is_never_deleted_and_nothing_else_stays()
    {
        for (var seed = 0; seed < 300; seed++) Simulate(new Random(seed), new CheckpointKeeping(1 + seed % 4));
    }

    private static void Simulate(Random random, CheckpointKeeping keeping)
    {
        List<KeptCheckpoint> held = [], everything = [];
        HashSet<int> measuring = [];
        var round = random.Next(3);
        for (var step = 0; step < 60; step++)
        {
            if (held.Count == 0 || random.Next(3) > 0)
            {
                var next = new KeptCheckpoint(round, new() { Name = $"{round}" }, null);
                held.Add(next);
                everything.Add(next);
                if (random.Next(3) > 0) measuring.Add(round);
                round += 1 + random.Next(2);
            }
            else if (measuring.Count > 0)
            {
                // Measured in any order; few values, so that many are equal; some cannot be measured.
                var measured = measuring.ElementAt(random.Next(measuring.Count));
                measuring.Remove(measured);
                double? accuracy = random.Next(5) == 0 ? null : random.Next(4) / 4.0;
                foreach (var list in new[] { held, everything })
                {
                    var index = list.FindIndex(one => one.Round == measured);
                    list[index] = list[index] with { Score = accuracy };
                }
            }

            var gone = keeping.Unneeded(held, measuring);
            held.RemoveAll(gone.Contains);

            var candidates = everything.Where(one => one.Round > 0 && one.Score is not null);
            var best = candidates.OrderByDescending(one => one.Score).ThenBy(one => one.Round).FirstOrDefault();
            var wanted = everything.TakeLast(keeping.Last).Select(one => one.Round).Concat(measuring).ToHashSet();
            if (best is not null) wanted.Add(best.Round);
            Assert.Equal(wanted.Order(), held.Select(one => one.Round));
            Assert.Empty(keeping.Unneeded(held, measuring));
        }
    }

    private static KeptCheckpoint[] Held(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':')).Select(parts =>
            new KeptCheckpoint(int.Parse(parts[0]), new() { Name = parts[0] }, parts[1] == "-" ? null : int.Parse(parts[1]) / 100.0))];
}
