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
        _coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model, kept: [0, 2]);
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
    public async Task Show_has_the_figures_and_the_clients_of_the_last_evaluation()
    {
        await using var measured = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900), new() { Summary = RunScript.Summary(RunStatus.Completed, 2), Round = RunScript.Measured() }]);

        var shown = await _command.RunAsync("show", "quiet-otter-1", "--coordinator", measured.Address.ToString());
        Assert.Contains("after round 2: auroc 0.8750, macro_f1 0.8000\n", shown.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("│ south  │      400 │   0.9500 │ 0.2500 │      - │", shown.Output, StringComparison.Ordinal);

        var json = await _command.RunAsync("show", "quiet-otter-1", "--json", "--coordinator", measured.Address.ToString());
        using var details = JsonDocument.Parse(json.Output);
        Assert.Equal(30, details.RootElement.GetProperty("confusion").GetProperty("counts")[0][1].GetInt32());
        Assert.Equal(600, details.RootElement.GetProperty("rounds")[1].GetProperty("clients").GetProperty("north").GetProperty("examples").GetInt32());
        Assert.Equal(0.75, details.RootElement.GetProperty("rounds")[1].GetProperty("metrics").GetProperty("recall/sick").GetDouble());
    }

    [Fact]
    public async Task Show_has_the_clients_own_models_and_how_differently_clients_fare()
    {
        await using var personal = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900), new() { Summary = RunScript.Summary(RunStatus.Completed, 2), Round = RunScript.Personal() }]);

        var shown = await _command.RunAsync("show", "quiet-otter-1", "--coordinator", personal.Address.ToString());

        Assert.Contains("own models in round 2: accuracy 0.7500, loss 0.5000\n"
            + "the model in round 2, by client: accuracy 0.5000 of 10 clients alike, worst tenth 0.2500, variance 0.0625, Gini 0.1250\n"
            + "own models in round 2, by client: loss 0.0000 of 9 clients alike, worst tenth 0.0000, variance 0.0000, Gini -\n", shown.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_tells_which_classes_are_rare()
    {
        await using var counted = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900), new() { Summary = RunScript.Summary(RunStatus.Completed, 2), Round = RunScript.Counted() }]);

        var shown = await _command.RunAsync("show", "quiet-otter-1", "--coordinator", counted.Address.ToString());
        Assert.Contains("clients of round 2 together: 2,000 examples, fewest of class lynx (3.0 %), most of class cat (75.0 %)\n", shown.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var json = await _command.RunAsync("show", "quiet-otter-1", "--json", "--coordinator", counted.Address.ToString());
        using var details = JsonDocument.Parse(json.Output);
        Assert.Equal(1500, details.RootElement.GetProperty("rounds")[1].GetProperty("masked").GetProperty("label_counts").GetProperty("counts")[1].GetInt32());
    }

    [Fact]
    public async Task Stop_says_what_the_run_has_reached()
    {
        var result = await _command.RunAsync("stop", "quiet-otter-1");

        Assert.Equal("run quiet-otter-1: completed after round 2 of 2\n", result.Output);
        Assert.Equal(1, _coordinator.Stops);
    }

    [Theory]
    [InlineData("pause", "run quiet-otter-1: paused after round 1 of 2\n")]
    [InlineData("resume", "run quiet-otter-1: running after round 1 of 2\n")]
    public async Task Pause_and_resume_say_what_the_run_is_then(string verb, string expected)
    {
        Assert.Equal((ExitCodes.Success, expected, ""), await TextsAsync(verb, "quiet-otter-1"));

        using var json = JsonDocument.Parse((await _command.RunAsync(verb, "quiet-otter-1", "--json")).Output);
        Assert.Equal(expected.Split(' ')[2], json.RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Retry_of_a_failed_run_says_what_it_is_then_and_of_another_why_not()
    {
        await using var failed = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Failed, 1, "Round 2 failed 4 times.")]);

        Assert.Equal(
            (ExitCodes.Success, "run quiet-otter-1: queued after round 1 of 2\n", ""),
            await TextsAsync("retry", "quiet-otter-1", "--coordinator", failed.Address.ToString()));
        Assert.Equal(
            (ExitCodes.Failure, "", "federated: The run has completed: there is nothing to retry.\n"),
            await TextsAsync("retry", "quiet-otter-1"));
    }

    [Fact]
    public async Task Retry_whose_answer_was_lost_and_that_is_sent_again_says_that_the_run_goes_on()
    {
        await using var retried = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Running, 1)]);

        Assert.Equal(
            (ExitCodes.Success, "run quiet-otter-1: running after round 1 of 2\n", ""),
            await TextsAsync("retry", "quiet-otter-1", "--coordinator", retried.Address.ToString()));
    }

    [Fact]
    public async Task Show_has_what_happened_to_the_run_besides_its_rounds()
    {
        string[] incidents = ["Coordinator http://b.example:5600 went on with the run after round 1.", "Paused after round 2."];
        await using var eventful = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900)], incidents: incidents);

        var shown = await _command.RunAsync("show", "quiet-otter-1", "--coordinator", eventful.Address.ToString());
        Assert.Equal(incidents, shown.OutputLines.TakeLast(2));

        using var json = JsonDocument.Parse((await _command.RunAsync("show", "quiet-otter-1", "--json", "--coordinator", eventful.Address.ToString())).Output);
        Assert.Equal(incidents, json.RootElement.GetProperty("incidents").EnumerateArray().Select(incident => incident.GetString()));
    }

    [Fact]
    public async Task Show_has_clients_that_are_set_aside_and_rounds_that_are_kept()
    {
        await using var paused = await FakeCoordinator.StartAsync(
            [RunScript.Committed(1, 900), RunScript.Ended(RunStatus.Paused, 1)], kept: [0, 5, 8, 9, 10],
            setAside: [new SetAsideClient { Client = "hospital-b", Failures = 3, UntilRound = 7 }]);

        var shown = await _command.RunAsync("show", "quiet-otter-1", "--coordinator", paused.Address.ToString());
        Assert.Equal("quiet-otter-1: two-rounds, paused", shown.OutputLines[0]);
        Assert.Equal("set aside: hospital-b until round 7, after 3 failures on end", shown.OutputLines[^2]);
        Assert.Equal("models kept of round 0, 5, 8-10: `federated export quiet-otter-1 --round N --out FILE` saves one", shown.OutputLines[^1]);

        using var json = JsonDocument.Parse((await _command.RunAsync("show", "quiet-otter-1", "--json", "--coordinator", paused.Address.ToString())).Output);
        var aside = Assert.Single(json.RootElement.GetProperty("set_aside").EnumerateArray());
        Assert.Equal(("hospital-b", 3, 7), (aside.GetProperty("client").GetString(), aside.GetProperty("failures").GetInt32(), aside.GetProperty("until_round").GetInt32()));
        Assert.Equal([0, 5, 8, 9, 10], json.RootElement.GetProperty("kept_rounds").EnumerateArray().Select(round => round.GetInt32()));
    }

    [Fact]
    public async Task Watch_of_a_paused_run_goes_on_until_it_ends()
    {
        await using var paused = await FakeCoordinator.StartAsync(
            [RunScript.Committed(1, 900), RunScript.Ended(RunStatus.Paused, 1)], afterStop: RunScript.Ended(RunStatus.Stopped, 1, "Stopped on request."));

        var watching = _command.RunAsync("watch", "quiet-otter-1", "--coordinator", paused.Address.ToString());
        await paused.AllSent.Task;
        await _command.Output.LineAsync("round 1/2");
        Assert.False(watching.IsCompleted);
        using var another = new CommandHarness();
        await another.RunAsync("stop", "quiet-otter-1", "--coordinator", paused.Address.ToString());
        var result = await watching;

        Assert.Equal((ExitCodes.Stopped, ""), (result.ExitCode, result.Error));
        Assert.Equal("stopped: Stopped on request.", result.OutputLines[^1]);
    }

    [Fact]
    public async Task Export_saves_once_and_replaces_only_by_force()
    {
        var saved = await _command.RunAsync("export", "quiet-otter-1", "--out", "model.safetensors", "--json");
        Assert.Equal(ExitCodes.Success, saved.ExitCode);
        using var told = JsonDocument.Parse(saved.Output);
        Assert.Equal((2, 6), (told.RootElement.GetProperty("round").GetInt32(), told.RootElement.GetProperty("parameters").GetInt32()));

        var refused = await _command.RunAsync("export", "quiet-otter-1", "--out", "model.safetensors");
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Equal(ExitCodes.Success, (await _command.RunAsync("export", "quiet-otter-1", "--out", "model.safetensors", "--force")).ExitCode);
    }

    [Fact]
    public async Task Exported_model_carries_its_job_without_the_folders_of_this_machine()
    {
        _coordinator.JobYaml = "name: shown\nmodel: { name: logistic }\ndata: { name: csv, path: /home/ann/visits.csv }\n";
        await _command.RunAsync("export", "quiet-otter-1", "--out", "model.safetensors");

        await using var file = File.OpenRead(Path.Combine(_command.Folder, "model.safetensors"));
        var read = await Federated.Core.Parameters.Safetensors.ReadFileAsync(file, 1 << 20, CancellationToken.None);
        var job = Assert.Single(read.File!.Metadata);
        Assert.Equal("job", job.Key);
        Assert.Equal(("shown", "visits.csv"), (Federated.Core.Jobs.JobReader.Read(job.Value, []).Job!.Name, Federated.Core.Jobs.JobReader.Read(job.Value, []).Job!.Data.Path));
    }

    [Fact]
    public async Task Export_of_a_round_saves_it_or_lists_those_that_are_kept()
    {
        var saved = await _command.RunAsync("export", "quiet-otter-1", "--round", "0", "--out", "0.safetensors");
        Assert.Contains("6 parameters after round 0, SHA-256 ", saved.Output, StringComparison.Ordinal);

        Assert.Equal(
            (ExitCodes.Failure, "", "federated: The model of run 'quiet-otter-1' after round 1 is not kept: there are those after round 0, 2.\n"),
            await TextsAsync("export", "quiet-otter-1", "--round", "1", "--out", "1.safetensors"));
        Assert.False(File.Exists(Path.Combine(_command.Folder, "1.safetensors")));
    }

    [Fact]
    public async Task Export_of_a_run_without_parameters_is_an_error_and_no_file()
    {
        await using var young = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Running, 0)]);

        var result = await _command.RunAsync("export", "quiet-otter-1", "--out", "none.safetensors", "--coordinator", young.Address.ToString());

        Assert.Equal(ExitCodes.Failure, result.ExitCode);
        Assert.Contains("has no parameters yet", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_command.Folder, "none.safetensors")));
    }

    [Theory]
    [InlineData("show")]
    [InlineData("watch")]
    [InlineData("stop")]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task Unknown_run_is_one_line_that_says_where_to_look(string verb)
    {
        var result = await _command.RunAsync(verb, "loud-otter-2");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Equal($"federated: There is no run 'loud-otter-2' at {_coordinator.Address.GetLeftPart(UriPartial.Authority)}; `federated ls` lists those that there are.\n", result.Error);
    }

    [Fact]
    public async Task Coordinator_that_refuses_the_connection_is_one_line_with_its_address()
    {
        var port = ClosedPort.Any();

        var result = await _command.RunAsync("ls", "--coordinator", $"127.0.0.1:{port}");

        Assert.Equal(ExitCodes.CoordinatorUnreachable, result.ExitCode);
        Assert.Equal($"federated: No coordinator answers at http://127.0.0.1:{port} (connection refused). {ExitCodes.Remedy(ExitCodes.CoordinatorUnreachable)}\n", result.Error);
    }

    private async Task<(int ExitCode, string Output, string Error)> TextsAsync(params string[] args)
    {
        var result = await _command.RunAsync(args);
        return (result.ExitCode, result.Output, result.Error);
    }
}
