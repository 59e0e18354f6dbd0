using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Tests.Verbs;

/// <summary>Watching a run whose coordinator goes away in the middle.</summary>
public sealed class WatchFailoverTests : IDisposable
{
    private const string Away = "the coordinator is away; trying again\n";
    private readonly HastyTime _time = new();
    private readonly CommandHarness _command;

    public WatchFailoverTests()
    {
        _command = new CommandHarness { Time = _time };
        _command.Write("job.yaml", "name: two-rounds\nmodel: { name: logistic }\nfederation: { rounds: 2 }\n");
    }

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData("watch", "quiet-otter-1")]
    [InlineData("submit", "job.yaml", "--watch")]
    public async Task Watch_goes_on_with_the_standby_that_takes_over_and_shows_each_round_once(params string[] verb)
    {
        await using var dies = await StartMortalAsync(RunScript.Committed(1, 900), RunScript.Training(2, 3));
        await using var next = await FakeCoordinator.StartAsync(RunScript.Complete);
        var refusals = 3;
        next.Before = _ => Interlocked.Decrement(ref refusals) >= 0 ? throw FakeCoordinator.Standby(dies.Address) : Task.CompletedTask;

        var watching = _command.RunAsync([.. verb, "--coordinator", $"{dies.Address.Authority},{next.Address.Authority}"]);
        await _command.Output.LineAsync("round 1/2");
        await dies.KillAsync();
        var result = await watching;

        Assert.Equal((ExitCodes.Success, Away), (result.ExitCode, result.Error));
        Assert.Equal(["round 1/2", "round 2/2"], Rounds(result).Select(line => line[..9]));
        Assert.Equal("completed", result.OutputLines[^1]);
        Assert.Equal([2u], next.WatchedFrom);
    }

    [Fact]
    public async Task Round_whose_evaluation_came_while_nobody_watched_is_complete_all_the_same()
    {
        await using var dies = await StartMortalAsync(RunScript.Committed(1, null), RunScript.Notice("seen"));
        await using var next = await FakeCoordinator.StartAsync(
            [RunScript.Committed(1, 900), RunScript.Committed(2, 950), RunScript.Ended(RunStatus.Completed, 2)]);

        var watching = _command.RunAsync("watch", "quiet-otter-1", "--coordinator", $"{dies.Address.Authority},{next.Address.Authority}");
        await _command.Output.LineAsync("note: seen");
        await dies.KillAsync();
        var result = await watching;

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.Equal([1u], next.WatchedFrom);
        Assert.Equal(["round 1/2  accuracy 0.9000", "round 2/2  accuracy 0.9500"], Rounds(result).Select(line => line[..26]));
    }

    [Fact]
    public async Task Json_lines_are_those_of_a_watch_that_was_never_interrupted()
    {
        await using var whole = await FakeCoordinator.StartAsync(RunScript.Complete);
        var expected = await _command.RunAsync("watch", "quiet-otter-1", "--json", "--coordinator", whole.Address.Authority);
        await using var dies = await StartMortalAsync(RunScript.Committed(1, 900));

        var watching = _command.RunAsync("watch", "quiet-otter-1", "--json", "--coordinator", $"{dies.Address.Authority},{whole.Address.Authority}");
        await _command.Output.LineAsync("{");
        await dies.KillAsync();
        var result = await watching;

        Assert.Equal((ExitCodes.Success, Away, expected.Output), (result.ExitCode, result.Error, result.Output));
        Assert.Equal(3, result.OutputLines.Count(line => JsonDocument.Parse(line).RootElement.ValueKind == JsonValueKind.Object));
    }

    [Fact]
    public async Task Stream_that_ends_before_the_run_does_is_opened_again()
    {
        await using var stops = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900)]);
        await using var next = await FakeCoordinator.StartAsync(RunScript.Complete);
        var watches = 0;
        stops.Before = call => call.Method.EndsWith("/Watch", StringComparison.Ordinal) && ++watches == 2
            ? throw FakeCoordinator.Standby(next.Address)
            : Task.CompletedTask;

        var result = await _command.RunAsync("watch", "quiet-otter-1", "--coordinator", stops.Address.Authority);

        Assert.Equal((ExitCodes.Success, Away), (result.ExitCode, result.Error));
        Assert.Equal(2, Rounds(result).Count());
    }

    [Fact]
    public async Task Run_that_ended_without_a_last_event_is_shown_to_its_end()
    {
        await using var coordinator = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900), RunScript.Committed(2, 950, RunStatus.Failed)]);
        await using var gone = await FakeCoordinator.StartAsync(coordinator.Events);
        gone.Before = call => call.Method.EndsWith("/Watch", StringComparison.Ordinal) ? throw FakeCoordinator.Standby(null) : Task.CompletedTask;

        var result = await _command.RunAsync("watch", "quiet-otter-1", "--coordinator", $"{gone.Address.Authority},{coordinator.Address.Authority}");

        Assert.Equal((ExitCodes.RunFailed, ""), (result.ExitCode, result.Error));
        Assert.Equal("failed", result.OutputLines[^1]);
    }

    [Fact]
    public async Task Coordinator_that_stays_away_is_given_up_after_two_minutes_with_what_becomes_of_the_run()
    {
        await using var dies = await StartMortalAsync(RunScript.Committed(1, 900));

        var watching = _command.RunAsync("watch", "quiet-otter-1", "--coordinator", dies.Address.Authority);
        await _command.Output.LineAsync("round 1/2");
        await dies.KillAsync();
        var result = await watching;

        Assert.Equal(ExitCodes.CoordinatorUnreachable, result.ExitCode);
        Assert.Equal(
            $"{Away}federated: No coordinator answers at http://{dies.Address.Authority} (connection refused). "
            + "The run itself goes on when a coordinator is back: `federated watch quiet-otter-1` shows it again.\n", result.Error);
        Assert.InRange(_time.Waited, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Watch_that_is_interrupted_while_the_coordinator_is_away_ends_as_interrupted()
    {
        using var patient = new CommandHarness();
        await using var dies = await StartMortalAsync(RunScript.Committed(1, 900));

        var watching = patient.RunAsync("watch", "quiet-otter-1", "--coordinator", dies.Address.Authority);
        await patient.Output.LineAsync("round 1/2");
        await dies.KillAsync();
        await patient.Error.LineAsync("the coordinator is away");
        await patient.Interrupt.CancelAsync();
        var result = await watching;

        Assert.Equal(ExitCodes.Interrupted, result.ExitCode);
        Assert.Contains("The run goes on: `federated watch quiet-otter-1` shows it again", result.Error, StringComparison.Ordinal);
    }

    // It waits for a Stop that never comes: its watch is open until it dies.
    private static Task<FakeCoordinator> StartMortalAsync(params RunEvent[] events) =>
        FakeCoordinator.StartAsync(events, afterStop: RunScript.Ended(RunStatus.Stopped, 1));

    private static IEnumerable<string> Rounds(CommandResult result) => result.OutputLines.Where(line => line.StartsWith("round ", StringComparison.Ordinal));
}
