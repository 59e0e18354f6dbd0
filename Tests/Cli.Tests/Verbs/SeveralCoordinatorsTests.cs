using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Tests.Verbs;

/// <summary>A coordinator of several nodes, of which one serves: the other refuses the connection, is a standby, or dies in between.</summary>
public sealed class SeveralCoordinatorsTests : IAsyncLifetime
{
    private const string Away = "the coordinator is away; trying again\n";
    private readonly HastyTime _time = new();
    private readonly CommandHarness _command;
    private readonly string _refuses = $"http://127.0.0.1:{ClosedPort.Any()}";
    private FakeCoordinator _active = null!;

    public SeveralCoordinatorsTests() => _command = new CommandHarness { Time = _time };

    public async Task InitializeAsync()
    {
        _active = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        _command.Write("job.yaml", "name: two-rounds\nmodel: { name: logistic }\nfederation: { rounds: 2 }\n");
    }

    public async Task DisposeAsync()
    {
        await _active.DisposeAsync();
        _command.Dispose();
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("show", "quiet-otter-1")]
    [InlineData("stop", "quiet-otter-1")]
    [InlineData("pause", "quiet-otter-1")]
    [InlineData("resume", "quiet-otter-1")]
    [InlineData("watch", "quiet-otter-1")]
    [InlineData("export", "quiet-otter-1", "--out", "model.safetensors")]
    [InlineData("submit", "job.yaml", "--watch")]
    public async Task Every_verb_goes_on_to_the_node_that_serves(params string[] verb)
    {
        await using var standby = await FakeCoordinator.StartStandbyAsync(active: null);
        _command.Variables["FEDERATED_COORDINATOR"] = $"{_refuses}, {standby.Address.Authority},{_active.Address.Authority}";

        var result = await _command.RunAsync(verb);

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("watch", "quiet-otter-1")]
    [InlineData("export", "quiet-otter-1", "--out", "model.safetensors")]
    public async Task Standby_is_left_for_the_active_node_that_it_names(params string[] verb)
    {
        await using var standby = await FakeCoordinator.StartStandbyAsync(_active.Address);
        _command.Variables["FEDERATED_COORDINATOR"] = standby.Address.Authority;

        var result = await _command.RunAsync(verb);

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Nodes_that_do_not_serve_are_all_named_with_the_reason()
    {
        await using var misled = await FakeCoordinator.StartStandbyAsync(new Uri(_refuses));
        await using var lost = await FakeCoordinator.StartStandbyAsync(active: null);

        var result = await _command.RunAsync("ls", "--coordinator", $"{misled.Address.Authority},{lost.Address.Authority}");

        Assert.Equal(ExitCodes.CoordinatorUnreachable, result.ExitCode);
        Assert.Equal(
            $"federated: No coordinator serves: http://{misled.Address.Authority} is a standby of {_refuses}; {_refuses} does not answer (connection refused); "
            + $"http://{lost.Address.Authority} says \"This coordinator node is not the active one now; try again, or ask another node\". "
            + $"{ExitCodes.Remedy(ExitCodes.CoordinatorUnreachable)}\n", result.Error);
    }

    [Fact]
    public async Task Standbys_that_name_each_other_are_asked_once()
    {
        await using var one = await FakeCoordinator.StartStandbyAsync(active: null);
        await using var two = await FakeCoordinator.StartStandbyAsync(one.Address);
        one.Before = _ => throw FakeCoordinator.Standby(two.Address);

        var result = await _command.RunAsync("ls", "--coordinator", one.Address.Authority);

        Assert.Equal(ExitCodes.CoordinatorUnreachable, result.ExitCode);
        Assert.Contains($"http://{one.Address.Authority} is a standby of http://{two.Address.Authority}; http://{two.Address.Authority} is a standby of", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_lost_is_asked_of_the_next_node()
    {
        await using var breaks = await FakeCoordinator.StartAsync([]);
        breaks.Before = FakeCoordinator.BreakAsync;

        var result = await _command.RunAsync("stop", "quiet-otter-1", "--coordinator", $"{breaks.Address.Authority},{_active.Address.Authority}");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Equal(1, _active.Stops);
    }

    [Fact]
    public async Task Refusal_is_no_reason_to_ask_another_node()
    {
        await using var other = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Failed, 1)]);   // there it could be retried

        var result = await _command.RunAsync("retry", "quiet-otter-1", "--coordinator", $"{_active.Address.Authority},{other.Address.Authority}");

        Assert.Equal((ExitCodes.Failure, "federated: The run has completed: there is nothing to retry.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Submission_whose_answer_is_lost_is_sent_again_under_the_same_id()
    {
        await using var breaks = await FakeCoordinator.StartAsync([]);
        breaks.Before = FakeCoordinator.BreakAsync;

        var result = await _command.RunAsync("submit", "job.yaml", "--coordinator", $"{breaks.Address.Authority},{_active.Address.Authority}");
        await _command.RunAsync("submit", "job.yaml", "--coordinator", _active.Address.Authority);

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        var id = Assert.Single(breaks.Submissions);
        Assert.Matches("^[a-z0-9-]{16,64}$", id);
        Assert.Equal([id], _active.Submissions.Take(1));
        Assert.NotEqual(id, _active.Submissions.Last());   // another submission, another id
    }

    [Fact]
    public async Task Submission_waits_for_a_coordinator_that_takes_over()
    {
        var refusals = 3;
        _active.Before = _ => Interlocked.Decrement(ref refusals) >= 0 ? throw FakeCoordinator.Standby(null) : Task.CompletedTask;

        var result = await _command.RunAsync("submit", "job.yaml", "--coordinator", $"{_refuses},{_active.Address.Authority}");

        Assert.Equal((ExitCodes.Success, Away), (result.ExitCode, result.Error));
        Assert.Single(_active.Submissions.Distinct());
        Assert.Equal(4, _active.Submissions.Count);
    }

    [Fact]
    public async Task Submission_is_given_up_after_half_a_minute()
    {
        var result = await _command.RunAsync("submit", "job.yaml", "--coordinator", _refuses);

        Assert.Equal((ExitCodes.CoordinatorUnreachable, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"{Away}federated: No coordinator answers at {_refuses} (connection refused).", result.Error, StringComparison.Ordinal);
        Assert.InRange(_time.Waited, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(35));
    }
}
