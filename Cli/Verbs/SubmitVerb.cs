using System.CommandLine;
using Federated.Cli.Jobs;
using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Verbs;

/// <summary><c>federated submit</c>: queue a job on a coordinator.</summary>
internal sealed class SubmitVerb : RemoteVerb
{
    private readonly Argument<string> _job = new("JOB.yaml") { Description = "The job file." };
    private readonly Option<string[]> _set = SharedOptions.Set();
    private readonly Option<bool> _watch = new("--watch") { Description = "Stay and watch the run until it ends." };

    public SubmitVerb(CommandEnvironment environment) : base("submit", "Submit a job to a coordinator.", environment)
    {
        Add(_job);
        AddOptions(_set, _watch);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated submit my-job.yaml --watch", "submit to the coordinator of this machine and watch"),
        ("federated submit my-job.yaml --set seed=7 --coordinator http://coordinator.example:5600", "submit to another one, with a value changed"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        using var client = Connect(parsed);
        var job = await JobSource.ReadAsync(parsed.GetValue(_job)!, parsed.GetValue(_set) ?? [], Environment);
        var reply = await client.SubmitAsync(job.Yaml, interrupt);
        if (reply.Errors.Count > 0) throw JobSource.Refused(reply.Errors);

        foreach (var notice in reply.Notices) await Environment.Error.WriteLineAsync(notice);
        var (json, watch) = (WantsJson(parsed), parsed.GetValue(_watch));
        if (json) await PrintJsonAsync(new SubmittedRecord(reply.Run, job.Spec.Name));
        else await Environment.Output.WriteLineAsync(watch ? $"run {reply.Run}" : $"run {reply.Run}: `federated watch {reply.Run}` shows it, `federated stop {reply.Run}` ends it.");
        return watch ? await new WatchedRun(client, Environment, json).FollowAsync(reply.Run, job.Spec.Evaluation.Every, interrupt) : ExitCodes.Success;
    }

    private sealed record SubmittedRecord(string Run, string Job);
}
