using System.Security.Cryptography;
using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Cli.Tests.Verbs;

/// <summary>The verb from its arguments to its files, with a coordinator that plays a fixed run over real gRPC.</summary>
public sealed class RunVerbTests
{
    [Fact]
    public async Task Run_in_a_pipe_prints_a_line_a_round_and_the_result()
    {
        await using var coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out", "--set", "federation.rounds=2");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Contains("results go to " + Path.Combine(command.Folder, "out"), result.OutputLines[0], StringComparison.Ordinal);
        Assert.Equal(
            [
                "note: waiting for workers",
                "round 1/2  accuracy 0.9000  loss 0.2500  clients 10/10  down 2.0 kB  up 10.0 kB  time 1.50 s",
                "round 2/2  accuracy 0.9500  loss 0.2500  clients 10/10  down 2.0 kB  up 10.0 kB  time 1.50 s",
                "completed",
                "  accuracy      0.9500",
                "  loss          0.2500",
                "  rounds        2",
                "  time          3.00 s (8.50 s of training, summed over clients)",
                "  traffic       4.0 kB down, 20.0 kB up",
            ], result.OutputLines.Skip(1).Take(9));
    }

    [Fact]
    public async Task Run_with_json_prints_exactly_one_object_on_standard_output()
    {
        await using var coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out", "--json");

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(command.Folder, "out", "model.safetensors"))));
        Assert.Equal(
            "{\"run\":\"quiet-otter-1\",\"job\":\"two-rounds\",\"status\":\"completed\",\"rounds\":2,\"accuracy\":0.95,\"loss\":0.25,\"model_sha256\":\"" + sha256
            + "\",\"wall_seconds\":3,\"train_seconds\":8.5,\"bytes_down\":4000,\"bytes_up\":20000,\"clients\":10,\"workers\":2,\"metrics\":{},\"confusion\":null,\"by_client\":null,\"troubled\":[],\"personal_accuracy\":null,\"personal_loss\":null,"
            + "\"validation_spread\":null,\"personal_spread\":null,\"client_spread\":null,\"privacy\":null,\"label_counts\":null}\n", result.Output);
        Assert.Contains("round 2/2", result.Error, StringComparison.Ordinal);
        Assert.Equal(result.Output, command.Read("out", "summary.json"));
    }

    [Fact]
    public async Task Run_with_figures_lists_them_and_writes_all_of_them_for_programs()
    {
        RunEvent[] events = [RunScript.Committed(1, 900), new() { Summary = RunScript.Summary(RunStatus.Running, 2), Round = RunScript.Measured() }, RunScript.Ended(RunStatus.Completed, 2)];
        await using var coordinator = await FakeCoordinator.StartAsync(events, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out");

        Assert.Contains("  loss          0.2500\n  auroc         0.8750\n  macro_f1      0.8000\n  rounds        2\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("recall/sick", result.Output, StringComparison.Ordinal);
        const string Clients = "{\"north\":{\"examples\":600,\"accuracy\":0.95,\"loss\":0.25,\"metrics\":{\"auroc\":0.9}},\"south\":{\"examples\":400,\"accuracy\":0.95,\"loss\":0.25,\"metrics\":{}}}";
        const string Metrics = "\"metrics\":{\"auroc\":0.875,\"macro_f1\":0.8,\"recall/sick\":0.75}";
        const string Nothing = "\"personal_accuracy\":null,\"personal_loss\":null,\"validation_spread\":null,\"personal_spread\":null,\"client_spread\":null,\"privacy\":null";
        Assert.EndsWith($"{Metrics},\"confusion\":{{\"classes\":[\"healthy\",\"sick\"],\"counts\":[[500,30],[20,450]]}},\"by_client\":{Clients},\"troubled\":[],{Nothing},\"label_counts\":null}}\n", command.Read("out", "summary.json"), StringComparison.Ordinal);
        Assert.EndsWith($"{Metrics},\"clients\":{Clients},{Nothing},\"masked\":null}}\n", command.Read("out", "metrics.jsonl").ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_with_differential_privacy_says_what_it_promises()
    {
        const string Sentence = "The models of all rounds together are (ε = 1.5, δ = 0.001)-differentially private.";
        var ended = RunScript.Ended(RunStatus.Completed, 2);
        ended.Summary.Privacy = new() { Epsilon = 1.5, Delta = 0.001, Sentence = Sentence };
        var round = new RoundReport(RunScript.Round(2, 950)) { Training = null, Privacy = new() { Epsilon = 1.5, Delta = 0.001, NoiseMultiplier = 2, Clip = 0.5 } };
        await using var coordinator = await FakeCoordinator.StartAsync([new() { Summary = RunScript.Summary(RunStatus.Running, 2), Round = round }, ended], RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out");

        Assert.Contains($"  privacy       {Sentence}\n", result.Output, StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(command.Read("out", "summary.json"));
        Assert.Equal((1.5, Sentence), (summary.RootElement.GetProperty("privacy").GetProperty("epsilon").GetDouble(), summary.RootElement.GetProperty("privacy").GetProperty("sentence").GetString()));
        Assert.EndsWith("\"privacy\":{\"epsilon\":1.5,\"delta\":0.001,\"noise_multiplier\":2,\"clip\":0.5},\"masked\":null}\n", command.Read("out", "metrics.jsonl").ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_whose_clients_have_models_of_their_own_tells_of_them_and_of_the_spread_over_clients()
    {
        RunEvent[] events = [RunScript.Committed(1, 900), new() { Summary = RunScript.Summary(RunStatus.Running, 2), Round = RunScript.Personal() }, RunScript.Ended(RunStatus.Completed, 2)];
        await using var coordinator = await FakeCoordinator.StartAsync(events, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out");

        Assert.Contains("  own models    accuracy 0.7500, loss 0.5000\n"
            + "  validation    accuracy 0.5000 of 10 clients alike, worst tenth 0.2500, variance 0.0625, Gini 0.1250\n"
            + "  own models    loss 0.0000 of 9 clients alike, worst tenth 0.0000, variance 0.0000, Gini -\n", result.Output, StringComparison.Ordinal);
        const string Own = "\"personal_accuracy\":0.75,\"personal_loss\":0.5,\"validation_spread\":{\"of\":\"accuracy\",\"clients\":10,\"mean\":0.5,\"worst_tenth\":0.25,\"variance\":0.0625,\"gini\":0.125},"
            + "\"personal_spread\":{\"of\":\"loss\",\"clients\":9,\"mean\":0,\"worst_tenth\":0,\"variance\":0,\"gini\":null},\"client_spread\":null,\"privacy\":null";
        Assert.EndsWith($"\"troubled\":[],{Own},\"label_counts\":null}}\n", command.Read("out", "summary.json"), StringComparison.Ordinal);
        Assert.EndsWith($"\"clients\":null,{Own},\"masked\":null}}\n", command.Read("out", "metrics.jsonl").ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    // 60, 1,500 and 440 of 2,000.
    [Fact]
    public async Task Run_that_counts_classes_tells_which_are_rare()
    {
        RunEvent[] events = [RunScript.Committed(1, 900), new() { Summary = RunScript.Summary(RunStatus.Running, 2), Round = RunScript.Counted() }, RunScript.Ended(RunStatus.Completed, 2)];
        await using var coordinator = await FakeCoordinator.StartAsync(events, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out");

        Assert.Contains("  classes       in the last round 2,000 examples, fewest of class lynx (3.0 %), most of class cat (75.0 %)\n", result.Output, StringComparison.Ordinal);
        const string Counts = "\"label_counts\":{\"classes\":[\"lynx\",\"cat\",\"dog\"],\"counts\":[60,1500,440]}";
        Assert.EndsWith($"{Counts}}}\n", command.Read("out", "summary.json"), StringComparison.Ordinal);
        Assert.EndsWith($"\"identities\":false,{Counts}}}}}\n", command.Read("out", "metrics.jsonl").ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_learns_numbers_has_no_accuracy()
    {
        RunEvent[] events = [RunScript.Committed(1, null), new() { Summary = RunScript.Summary(RunStatus.Running, 2), Round = RunScript.Regression() }, RunScript.Ended(RunStatus.Completed, 2)];
        await using var coordinator = await FakeCoordinator.StartAsync(events, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out", "--json");

        using var summary = JsonDocument.Parse(result.Output);
        Assert.Equal(JsonValueKind.Null, summary.RootElement.GetProperty("accuracy").ValueKind);
        Assert.Equal(2.25, summary.RootElement.GetProperty("metrics").GetProperty("rmse").GetDouble());
        Assert.Contains("  accuracy      -\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"training_accuracy\":null", command.Read("out", "metrics.jsonl").Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_leaves_job_metrics_summary_and_model_in_the_folder()
    {
        await using var coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };
        command.Write("job.yaml", "name: two-rounds\nmodel: { name: logistic }\nfederation: { rounds: 2 }\n");

        await command.RunAsync("run", "job.yaml");

        var folder = Directory.GetDirectories(Path.Combine(command.Folder, "federated-runs")).Single();
        Assert.Matches("two-rounds-[0-9]{8}-[0-9]{6}$", folder);
        Assert.Equal(["job.yaml", "metrics.jsonl", "model.safetensors", "summary.json"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Equal(coordinator.SubmittedYaml, await File.ReadAllTextAsync(Path.Combine(folder, "job.yaml")));
        Assert.Contains("batch_size: 32", coordinator.SubmittedYaml, StringComparison.Ordinal);
        var metrics = (await File.ReadAllLinesAsync(Path.Combine(folder, "metrics.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([(1, 0.9), (2, 0.95)], metrics.Select(round => (round.GetProperty("round").GetInt32(), round.GetProperty("accuracy").GetDouble())));
        Assert.Equal(0.75, metrics[0].GetProperty("training_accuracy").GetDouble());   // 3 of 4
        await using var file = File.OpenRead(Path.Combine(folder, "model.safetensors"));
        var model = await Safetensors.ReadAsync(file, 1 << 20, CancellationToken.None);
        Assert.Equal(RunScript.Model.Hash, model.Parameters!.Hash);
    }

    [Fact]
    public async Task Run_into_a_folder_that_is_not_empty_is_refused_unless_forced()
    {
        await using var coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };
        command.Write("out/mine.txt", "mine");
        command.Write("out/metrics.jsonl", "old\n");

        var refused = await command.RunAsync("run", "--out", "out");
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains("is not empty: name another folder, or add --force", refused.Error, StringComparison.Ordinal);
        Assert.Equal("old\n", command.Read("out", "metrics.jsonl"));

        var forced = await command.RunAsync("run", "--out", "out", "--force");
        Assert.Equal(ExitCodes.Success, forced.ExitCode);
        Assert.Equal("mine", command.Read("out", "mine.txt"));
        Assert.DoesNotContain("old", command.Read("out", "metrics.jsonl"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_is_interrupted_stops_the_run_and_keeps_what_it_reached()
    {
        await using var coordinator = await FakeCoordinator.StartAsync(
            [RunScript.Committed(1, 900), RunScript.Training(2, 3)], RunScript.Model, RunScript.Ended(RunStatus.Stopped, 1, "stopped by request"));
        using var command = new CommandHarness { Cluster = coordinator };

        var running = command.RunAsync("run", "--out", "out", "--json");
        await coordinator.AllSent.Task;
        await command.Interrupt.CancelAsync();
        var result = await running;

        Assert.Equal(ExitCodes.Interrupted, result.ExitCode);
        Assert.Equal(1, coordinator.Stops);
        using var summary = JsonDocument.Parse(result.Output);
        Assert.Equal("stopped", summary.RootElement.GetProperty("status").GetString());
        Assert.Equal(1, summary.RootElement.GetProperty("rounds").GetInt32());
        Assert.Equal(0.9, summary.RootElement.GetProperty("accuracy").GetDouble());
        Assert.True(File.Exists(Path.Combine(command.Folder, "out", "model.safetensors")));
        Assert.Single(command.Read("out", "metrics.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Run_that_fails_says_why_and_has_no_model_before_the_first_round()
    {
        await using var coordinator = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Failed, 0, "Round 1 failed 4 times.")]);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out", "--json");

        Assert.Equal(ExitCodes.RunFailed, result.ExitCode);
        Assert.Contains("Round 1 failed 4 times.", result.Error, StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(result.Output);
        Assert.Equal(JsonValueKind.Null, summary.RootElement.GetProperty("model_sha256").ValueKind);
        Assert.Equal(JsonValueKind.Null, summary.RootElement.GetProperty("accuracy").ValueKind);
        Assert.False(File.Exists(Path.Combine(command.Folder, "out", "model.safetensors")));
    }

    [Fact]
    public async Task Run_whose_final_model_was_not_measured_reports_no_accuracy()
    {
        await using var coordinator = await FakeCoordinator.StartAsync(
            [RunScript.Committed(1, 900), RunScript.Committed(2, null), RunScript.Ended(RunStatus.Stopped, 2)], RunScript.Model);
        using var command = new CommandHarness { Cluster = coordinator };

        var result = await command.RunAsync("run", "--out", "out", "--json");

        Assert.Equal(ExitCodes.Stopped, result.ExitCode);
        using var summary = JsonDocument.Parse(result.Output);
        Assert.Equal(JsonValueKind.Null, summary.RootElement.GetProperty("accuracy").ValueKind);
    }

    [Fact]
    public async Task Run_whose_coordinator_dies_is_given_up_in_the_end_and_says_how_to_go_on()
    {
        await using var coordinator = await FakeCoordinator.StartAsync([RunScript.Committed(1, 900)]);
        using var command = new CommandHarness { Cluster = coordinator, Time = new HastyTime() };

        var result = await command.RunAsync("run", "--out", "out");

        Assert.Equal(ExitCodes.CoordinatorUnreachable, result.ExitCode);
        Assert.Contains("before the run had ended", result.Error, StringComparison.Ordinal);
        Assert.EndsWith($"`federated run --resume {Path.Combine(command.Folder, "out")}` goes on with it.\n", result.Error, StringComparison.Ordinal);
    }
}
