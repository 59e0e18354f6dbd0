using System.Text.Json;
using Federated.Cli.Results;
using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Cli.Tests.Verbs;

/// <summary><c>federated run --resume</c>, with a coordinator that says over real gRPC how the run stands and plays the rest of it.</summary>
public sealed class RunResumeTests : IAsyncLifetime
{
    private readonly CommandHarness _command = new();
    private readonly string _job = JobWriter.Write(JobReader.Read(DefaultJob.Yaml, ["federation.rounds=2"]).Job!);
    private FakeCoordinator _coordinator = null!;

    private string Out => Path.Combine(_command.Folder, "out");

    public async Task InitializeAsync()
    {
        _coordinator = await FakeCoordinator.StartAsync(RunScript.Complete, RunScript.Model);
        _coordinator.JobYaml = _job;
        _command.Cluster = _coordinator;
        // What a killed process leaves, a line that it was writing at the end.
        _command.Write("out/job.yaml", _job);
        _command.Write("out/metrics.jsonl", "{\"round\":1,\"attempts\":1}\n{\"round\":2,\"att");
        _command.Write("out/state/journal.db", "");
    }

    public async Task DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        _command.Dispose();
    }

    [Fact]
    public async Task Killed_run_goes_on_and_its_folder_is_as_that_of_an_undisturbed_one()
    {
        _coordinator.Standing = RunScript.Summary(RunStatus.Running, 1);

        var result = await _command.RunAsync("run", "--resume", "out");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Equal($"run quiet-otter-1: digits goes on after round 1 of 2; results go to {Out}", result.OutputLines[0]);
        Assert.Equal([1, 2], RoundsOfMetrics());
        Assert.Equal(["job.yaml", "metrics.jsonl", "model.safetensors", "summary.json"], Entries());
        Assert.Equal((0, 0), (_coordinator.Submissions.Count, _coordinator.Retries));
    }

    [Theory]
    [InlineData(RunStatus.Stopped, 1, 0)]
    [InlineData(RunStatus.Failed, 1, 0)]
    [InlineData(RunStatus.Paused, 0, 1)]
    [InlineData(RunStatus.Queued, 0, 0)]
    public async Task Run_that_stands_still_is_set_going_whatever_the_list_says(RunStatus status, int retries, int resumes)
    {
        _coordinator.Standing = RunScript.Summary(status, 0);

        var result = await _command.RunAsync("run", "--resume", "out", "--json");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.StartsWith("run quiet-otter-1: digits goes on before its first round; ", result.Error, StringComparison.Ordinal);
        Assert.Equal((retries, resumes), (_coordinator.Retries, _coordinator.Resumes));
    }

    [Fact]
    public async Task Run_that_was_killed_before_it_had_begun_begins()
    {
        _coordinator.IsEmpty = true;

        var result = await _command.RunAsync("run", "--resume", "out");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.Equal(_job, _coordinator.SubmittedYaml);
        Assert.Equal([1, 2], RoundsOfMetrics());
    }

    [Fact]
    public async Task Run_that_was_complete_when_it_was_killed_gets_what_its_folder_lacks()
    {
        var result = await _command.RunAsync("run", "--resume", "out");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.Equal(["job.yaml", "metrics.jsonl", "model.safetensors", "summary.json"], Entries());
    }

    [Fact]
    public async Task Run_that_is_stopped_keeps_its_state_and_names_the_command_that_goes_on()
    {
        await using var stopped = await FakeCoordinator.StartAsync(
            [RunScript.Committed(1, 900), RunScript.Training(2, 3)], RunScript.Model, RunScript.Ended(RunStatus.Stopped, 1, "Stopped on request."));
        _command.Cluster = stopped;

        var running = _command.RunAsync("run", "--out", "my results");
        await stopped.AllSent.Task;
        await _command.Interrupt.CancelAsync();
        var result = await running;

        Assert.Equal(ExitCodes.Interrupted, result.ExitCode);
        Assert.True(File.Exists(Path.Combine(_command.Folder, "my results", "state", "journal.db")));
        var closing = Assert.Single(result.OutputLines, line => line.StartsWith("  go on ", StringComparison.Ordinal));
        Assert.Contains("federated run --resume ", closing, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.EndsWith($"'{Path.Combine(_command.Folder, "my results")}'", closing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent", "there is no such folder.")]
    [InlineData("complete", "the run in this folder is complete.")]
    [InlineData("foreign", "no run in this folder can go on: it has no job.yaml.")]
    [InlineData("unborn", "no run in this folder can go on: it has no state/journal.db.")]
    public async Task Folder_without_a_run_that_could_go_on_is_one_line(string folder, string expected)
    {
        _command.Write("complete/job.yaml", _job);
        _command.Write("complete/summary.json", "{}\n");
        _command.Write("foreign/mine.txt", "mine");
        _command.Write("unborn/job.yaml", _job);
        Directory.CreateDirectory(Path.Combine(_command.Folder, "unborn", "state"));
        var before = Directory.GetFileSystemEntries(_command.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();

        var result = await _command.RunAsync("run", "--resume", folder);

        Assert.Equal(
            (ExitCodes.Usage, "", $"federated: --resume {Path.Combine(_command.Folder, folder)}: {expected}\n"), (result.ExitCode, result.Output, result.Error));
        Assert.Equal(before, Directory.GetFileSystemEntries(_command.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("job.yaml")]
    [InlineData("--set", "seed=7")]
    [InlineData("--out", "other")]
    [InlineData("--force")]
    public async Task Resume_with_another_job_or_folder_is_one_line(params string[] more)
    {
        var result = await _command.RunAsync(["run", "--resume", "out", .. more]);

        Assert.Equal(
            (ExitCodes.Usage, "", "federated: --resume goes on with the job and in the folder that it names: leave out JOB.yaml, --set, --out and --force.\n"),
            (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Job_that_was_changed_since_is_refused_and_nothing_is_lost()
    {
        var metrics = _command.Read("out", "metrics.jsonl");
        _command.Write("out/job.yaml", _job.Replace("rounds: 2", "rounds: 9", StringComparison.Ordinal));

        var result = await _command.RunAsync("run", "--resume", "out");

        Assert.Equal(
            (ExitCodes.Usage, $"federated: --resume {Out}: job.yaml was changed: it has `rounds: 9` where the run has `rounds: 2`. "
                + "A run keeps its job: change the file back, or start another run with it.\n"), (result.ExitCode, result.Error));
        Assert.Equal(metrics, _command.Read("out", "metrics.jsonl"));
        Assert.True(ResultsFolder.CanGoOn(Out));
    }

    [Theory]
    [InlineData("--resume", "out")]
    [InlineData("--out", "out", "--force")]
    public async Task Folder_of_a_run_at_work_is_left_alone(params string[] args)
    {
        using var other = StateFolder.Take(Out);

        var result = await _command.RunAsync(["run", .. args]);

        Assert.Equal(
            (ExitCodes.Usage, $"federated: A run into {Out} is at work in another process: wait until it has ended, or name another folder.\n"),
            (result.ExitCode, result.Error));
        Assert.Equal(_job, _command.Read("out", "job.yaml"));
    }

    [Fact]
    public async Task Forced_run_begins_without_the_state_of_the_earlier_one()
    {
        _command.Write("out/state/checkpoints/quiet-otter-1/round-0000001-epoch-1.safetensors", "earlier");
        await using var stopped = await FakeCoordinator.StartAsync([RunScript.Ended(RunStatus.Stopped, 0)]);
        _command.Cluster = stopped;

        await _command.RunAsync("run", "--out", "out", "--force");

        Assert.Equal(["journal.db", "lock"], Directory.GetFileSystemEntries(Path.Combine(Out, "state")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private List<int> RoundsOfMetrics() =>
        [.. File.ReadAllLines(Path.Combine(Out, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("round").GetInt32())];

    private IEnumerable<string?> Entries() => Directory.GetFileSystemEntries(Out).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
