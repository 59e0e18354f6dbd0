using System.Globalization;
using Federated.Cli.Client;
using Federated.Cli.Jobs;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Cli.Watching;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Cli.Local;

/// <summary>One run from submission to the results folder, through the same services as any other client of a coordinator.</summary>
/// <param name="client">Asks the coordinator that hosts the run.</param>
/// <param name="view">Shows the run.</param>
/// <param name="events">Follows the run, also through a time in which its journal cannot be written.</param>
/// <param name="narrate">Takes sentences for people.</param>
internal sealed class LocalRun(RunsClient client, IRunView view, SteadyWatch events, Func<string, Task> narrate)
{
    /// <summary>What a run came to.</summary>
    /// <param name="Result">As it is written to summary.json.</param>
    /// <param name="Status">How it ended.</param>
    /// <param name="Reason">Why it stopped or failed; else "".</param>
    /// <param name="Folder">The results folder.</param>
    public sealed record Outcome(RunResult Result, RunStatus Status, string Reason, string Folder);

    /// <summary>Runs a job. An interrupt stops the run, and what it had reached is kept.</summary>
    /// <param name="job">The job.</param>
    /// <param name="path">The results folder.</param>
    /// <param name="interrupt">The first Ctrl-C.</param>
    public async Task<Outcome> RunAsync(CheckedJob job, string path, CancellationToken interrupt)
    {
        var folder = await ResultsFolder.CreateAsync(path, job.Yaml);
        var run = await SubmitAsync(job, interrupt);
        await narrate($"run {run}: {job.Spec.Name}, {job.Spec.Federation.Rounds} rounds; results go to {folder.Path}");
        return await FollowAsync(run, job, folder, interrupt);
    }

    /// <summary>Goes on with the run of a folder, wherever it stands; begins it where it had not begun.</summary>
    /// <param name="job">The folder's job.</param>
    /// <param name="path">The folder.</param>
    /// <param name="interrupt">The first Ctrl-C.</param>
    public async Task<Outcome> ResumeAsync(CheckedJob job, string path, CancellationToken interrupt)
    {
        if ((await client.ListAsync(interrupt)).FirstOrDefault() is not { } listed)
        {
            var begun = await ResultsFolder.ReopenAsync(path);
            var run = await SubmitAsync(job, interrupt);
            await narrate($"run {run}: {job.Spec.Name} had not begun and begins now, {job.Spec.Federation.Rounds} rounds; results go to {path}");
            return await FollowAsync(run, job, begun, interrupt);
        }
        // The list may not know yet how the run stands; the run itself answers when it has read its journal.
        var details = await client.ShowAsync(listed.Run, interrupt);
        CheckUnchanged(job, details.JobYaml, path);
        var (known, folder) = (details.Summary, await ResultsFolder.ReopenAsync(path));
        var after = known.Round == 0 ? "before its first round" : string.Create(CultureInfo.InvariantCulture, $"after round {known.Round} of {known.Rounds}");
        await narrate($"run {known.Run}: {job.Spec.Name} goes on {after}; results go to {path}");
        if (known.Status is RunStatus.Stopped or RunStatus.Failed) await client.RetryAsync(known.Run, interrupt);
        else if (known.Status == RunStatus.Paused) await client.ResumeAsync(known.Run, interrupt);
        return await FollowAsync(known.Run, job, folder, interrupt);
    }

    // A run keeps the job that it began with; what was written into the file since would silently not count.
    private static void CheckUnchanged(CheckedJob job, string jobOfRun, string path)
    {
        if (JobReader.Read(jobOfRun, []).Job is not { } known) return;
        var (inFolder, ofRun) = (job.Yaml.Split('\n'), JobWriter.Write(known).Split('\n'));
        var line = inFolder.Zip(ofRun, (one, other) => one == other).TakeWhile(same => same).Count();
        if (line == inFolder.Length && line == ofRun.Length) return;
        throw new CommandException(ExitCodes.Usage,
            $"--resume {path}: {ResultsFolder.JobName} was changed: it has `{LineOf(inFolder)}` where the run has `{LineOf(ofRun)}`. "
            + "A run keeps its job: change the file back, or start another run with it.", remedy: "");

        string LineOf(string[] lines) => lines.ElementAtOrDefault(line)?.Trim() ?? "";
    }

    private async Task<string> SubmitAsync(CheckedJob job, CancellationToken interrupt)
    {
        var submitted = await client.SubmitAsync(job.Yaml, interrupt);
        return submitted.Errors.Count == 0 ? submitted.Run : throw JobSource.Refused(submitted.Errors);
    }

    private async Task<Outcome> FollowAsync(string run, CheckedJob job, ResultsFolder folder, CancellationToken interrupt)
    {
        var watch = new RunWatch(job.Spec.Evaluation.Every);
        using var ended = new CancellationTokenSource();
        var stop = StopWhenInterruptedAsync(run, interrupt, ended.Token);
        try
        {
            await watch.FollowAsync(events.FollowAsync(run, () => watch.NextRound, CancellationToken.None), view, folder.AddRoundsAsync);
        }
        finally
        {
            await ended.CancelAsync();
            await stop;
        }
        var model = watch.Board.Summary.Round > 0 ? await client.ModelAsync(run, CancellationToken.None) : null;
        var sha256 = model is null ? null : await folder.WriteModelAsync(model.Parameters, job.Yaml);
        var details = await client.ShowAsync(run, CancellationToken.None);
        var result = RunResult.Of(watch.Board, sha256, TroubledClient.Of(details.Unusable, watch.Board.Rounds.Values));
        await folder.WriteSummaryAsync(result);
        return new Outcome(result, watch.Board.Summary.Status, watch.Board.Summary.Reason, folder.Path);
    }

    private async Task StopWhenInterruptedAsync(string run, CancellationToken interrupt, CancellationToken ended)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interrupt, ended);
        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ended.IsCancellationRequested) return;
        await narrate("stopping the run; a second Ctrl-C ends at once");
        await client.StopAsync(run, CancellationToken.None);
    }
}
