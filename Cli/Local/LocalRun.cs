using Federated.Cli.Client;
using Federated.Cli.Jobs;
using Federated.Cli.Results;
using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Local;

/// <summary>One run from submission to the results folder, through the same services as any other client of a coordinator.</summary>
/// <param name="client">Asks the coordinator that hosts the run.</param>
/// <param name="view">Shows the run.</param>
/// <param name="narrate">Takes sentences for people.</param>
internal sealed class LocalRun(RunsClient client, IRunView view, Func<string, Task> narrate)
{
    /// <summary>What a run came to.</summary>
    /// <param name="Result">As it is written to summary.json.</param>
    /// <param name="Status">How it ended.</param>
    /// <param name="Reason">Why it stopped or failed; else "".</param>
    /// <param name="Folder">The results folder.</param>
    public sealed record Outcome(RunResult Result, RunStatus Status, string Reason, string Folder);

    /// <summary>Runs a job. An interrupt stops the run, and what it had reached is kept.</summary>
    /// <param name="job">The job.</param>
    /// <param name="folderOf">The results folder, by the run's id.</param>
    /// <param name="interrupt">The first Ctrl-C.</param>
    public async Task<Outcome> RunAsync(CheckedJob job, Func<string, string> folderOf, CancellationToken interrupt)
    {
        var submitted = await client.SubmitAsync(job.Yaml, interrupt);
        if (submitted.Errors.Count > 0) throw JobSource.Refused(submitted.Errors);
        var folder = await ResultsFolder.CreateAsync(folderOf(submitted.Run), job.Yaml);
        await narrate($"run {submitted.Run}: {job.Spec.Name}, {job.Spec.Federation.Rounds} rounds; results go to {folder.Path}");

        var watch = new RunWatch(job.Spec.Evaluation.Every);
        using var ended = new CancellationTokenSource();
        var stop = StopWhenInterruptedAsync(submitted.Run, interrupt, ended.Token);
        try
        {
            await watch.FollowAsync(client.WatchAsync(submitted.Run, CancellationToken.None), view, folder.AddRoundsAsync);
        }
        finally
        {
            await ended.CancelAsync();
            await stop;
        }
        var model = watch.Board.Summary.Round > 0 ? await client.ModelAsync(submitted.Run, CancellationToken.None) : null;
        var sha256 = model is null ? null : await folder.WriteModelAsync(model.Parameters);
        var result = RunResult.Of(watch.Board, sha256);
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
