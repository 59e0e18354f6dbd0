using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Tests.Verbs;

public sealed class RemoteVerbTests : IAsyncLifetime
{
    private readonly CommandHarness _command = new();
    private FakeCoordinator _coordinator = null!;

    public async Task InitializeAsync()
    {
        _coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        _command.Variables["FEDERATED_COORDINATOR"] = _coordinator.Address.Authority;
        _command.Write("job.yaml", "name: two-rounds\nmodel: { name: logistic }\nfederation: { rounds: 2 }\n");
    }

    public async Task DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        _command.Dispose();
    }

    [Fact]
    public async Task Submit_prints_the_run_and_how_to_go_on()
    {
        var result = await _command.RunAsync("submit", "job.yaml", "--set", "seed=7");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Equal("run quiet-otter-1: `federated watch quiet-otter-1` shows it, `federated stop quiet-otter-1` ends it.\n", result.Output);
        Assert.Contains("seed: 7", _coordinator.SubmittedYaml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_and_watch_goes_on_to_the_end_of_the_run()
    {
        var result = await _command.RunAsync("submit", "job.yaml", "--watch");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.Equal("run quiet-otter-1", result.OutputLines[0]);
        Assert.Equal("completed", result.OutputLines[^1]);
        Assert.Equal(2, result.OutputLines.Count(line => line.StartsWith("round ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Watch_with_json_prints_a_line_a_round_and_the_run()
    {
        var result = await _command.RunAsync("watch", "quiet-otter-1", "--json");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        var lines = result.OutputLines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(3, lines.Count);
        Assert.Equal(0.95, lines[1].GetProperty("accuracy").GetDouble());
        Assert.Equal("completed", lines[2].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Watch_that_is_interrupted_leaves_the_run_alone()
    {
        await using var running = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900)], afterStop: RunScript.Ended(RunStatus.Stopped, 1));

        var watching = _command.RunAsync("watch", "quiet-otter-1", "--coordinator", running.Address.ToString());
        await running.AllSent.Task;
        await _command.Interrupt.CancelAsync();
        var result = await watching;

        Assert.Equal(ExitCodes.Interrupted, result.ExitCode);
        Assert.Contains("The run goes on", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, running.Stops);
    }

    [Fact]
    public async Task List_is_a_table_for_people_and_an_array_for_programs()
    {
        var table = await _command.RunAsync("ls");
        Assert.Matches(@"quiet-otter-1\s+│? *two-rounds", table.Output);
        Assert.Contains("2026-01-01 00:00:00Z", table.Output, StringComparison.Ordinal);

        var json = await _command.RunAsync("ls", "--json");
        using var runs = JsonDocument.Parse(json.Output);
        Assert.Equal("quiet-otter-1", Assert.Single(runs.RootElement.EnumerateArray()).GetProperty("run").GetString());
    }

    [Fact]
    public async Task Show_has_the_rounds_and_the_job()
    {
        var shown = await _command.RunAsync("show", "quiet-otter-1");
        Assert.Contains("quiet-otter-1: two-rounds, completed", shown.Output, StringComparison.Ordinal);
        Assert.Contains("0.9500", shown.Output, StringComparison.Ordinal);

        Assert.Equal("name: shown\n", (await _command.RunAsync("show", "quiet-otter-1", "--job")).Output);
    }

    [Fact]
    public async Task Stop_says_what_the_run_has_reached()
    {
        var result = await _command.RunAsync("stop", "quiet-otter-1");

        Assert.Equal("run quiet-otter-1: completed after round 2 of 2\n", result.Output);
        Assert.Equal(1, _coordinator.Stops);
    }

    [Fact]
    public async Task Model_is_saved_once_and_replaced_only_by_force()
    {
        var saved = await _command.RunAsync("model", "quiet-otter-1", "--out", "model.safetensors", "--json");
        Assert.Equal(ExitCodes.Success, saved.ExitCode);
        using var told = JsonDocument.Parse(saved.Output);
        Assert.Equal(6, told.RootElement.GetProperty("parameters").GetInt32());

        var refused = await _command.RunAsync("model", "quiet-otter-1", "--out", "model.safetensors");
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Equal(ExitCodes.Success, (await _command.RunAsync("model", "quiet-otter-1", "--out", "model.safetensors", "--force")).ExitCode);
    }

    [Fact]
    public async Task Model_of_a_run_without_parameters_is_an_error_and_no_file()
    {
        await using var young = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Running, 0)]);

        var result = await _command.RunAsync("model", "quiet-otter-1", "--out", "none.safetensors", "--coordinator", young.Address.ToString());

        Assert.Equal(ExitCodes.Failure, result.ExitCode);
        Assert.Contains("has no parameters yet", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_command.Folder, "none.safetensors")));
    }

    [Theory]
    [InlineData("show")]
    [InlineData("watch")]
    [InlineData("stop")]
    public async Task Unknown_run_is_one_line_that_says_where_to_look(string verb)
    {
        var result = await _command.RunAsync(verb, "loud-otter-2");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Equal($"federated: There is no run 'loud-otter-2' at {_coordinator.Address.GetLeftPart(UriPartial.Authority)}; `federated ls` lists those that there are.\n", result.Error);
    }

    [Fact]
    public async Task Coordinator_that_refuses_the_connection_is_one_line_with_its_address()
    {
        // The port was free a moment ago, and nobody listens on it.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var result = await _command.RunAsync("ls", "--coordinator", $"127.0.0.1:{port}");

        Assert.Equal(ExitCodes.CoordinatorUnreachable, result.ExitCode);
        Assert.Equal($"federated: No coordinator answers at http://127.0.0.1:{port} (connection refused). {ExitCodes.Remedy(ExitCodes.CoordinatorUnreachable)}\n", result.Error);
    }
}
