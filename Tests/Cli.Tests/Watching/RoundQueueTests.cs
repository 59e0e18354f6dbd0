using Federated.Cli.Tests.Hosting;
using Federated.Cli.Watching;

namespace Federated.Cli.Tests.Watching;

public sealed class RoundQueueTests
{
    [Fact]
    public void Add_round_that_is_due_an_evaluation_waits_for_it()
    {
        var queue = new RoundQueue(evaluateEvery: 1);

        Assert.Empty(queue.Add(RunScript.Round(1, null), 3));
        var ready = queue.Add(RunScript.Round(1, 900), 3);

        Assert.Equal(900ul, Assert.Single(ready).Evaluation.Correct);
    }

    [Fact]
    public void Add_round_that_is_not_due_an_evaluation_comes_at_once_except_the_last()
    {
        var queue = new RoundQueue(evaluateEvery: 2);

        Assert.Single(queue.Add(RunScript.Round(1, null), 3));
        Assert.Empty(queue.Add(RunScript.Round(2, null), 3));
        Assert.Empty(queue.Add(RunScript.Round(3, null), 3));
        Assert.Equal([2u, 3u], queue.Add(RunScript.Round(3, 900), 3).Select(round => round.Round));
    }

    [Fact]
    public void Add_report_of_a_round_that_was_handed_out_gives_nothing()
    {
        var queue = new RoundQueue(evaluateEvery: 1);
        queue.Add(RunScript.Round(1, 900), 3);

        Assert.Empty(queue.Add(RunScript.Round(1, 901), 3));
        Assert.Empty(queue.Finish());
    }

    [Fact]
    public void Finish_gives_back_what_still_waits_in_order()
    {
        var queue = new RoundQueue(evaluateEvery: 1);
        queue.Add(RunScript.Round(2, null), 3);
        queue.Add(RunScript.Round(1, null), 3);

        Assert.Equal([1u, 2u], queue.Finish().Select(round => round.Round));
    }
}
