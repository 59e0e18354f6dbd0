using System.CommandLine;
using Federated.Cli.Jobs;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Privacy.Governance;
using Federated.Worker.Governance;

namespace Federated.Cli.Verbs;

/// <summary><c>federated policy check</c>: whether a policy file is one, and what it would do with a job.</summary>
internal sealed class PolicyCheckVerb : Verb
{
    private readonly Argument<string> _policy = new("POLICY.yaml") { Description = "The policy file." };
    private readonly Option<string?> _job = new("--job") { Description = "Say what the policy would do with this job file.", HelpName = "JOB.yaml" };
    private readonly Option<string[]> _set = SharedOptions.Set();
    private readonly Option<bool> _json = SharedOptions.Json();

    public PolicyCheckVerb(CommandEnvironment environment) : base("check", "Check a worker's policy file, and what it would do with a job.", environment)
    {
        Add(_policy);
        foreach (var option in new Option[] { _job, _set, _json }) Add(option);
        Validators.Add(result =>
        {
            if (result.GetResult(_set) is { Implicit: false } && result.GetResult(_job) is null or { Implicit: true }) result.AddError("--set changes a job: name it with --job.");
        });
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated policy check policy.yaml", "every error with its line, or none"),
        ("federated policy check policy.yaml --job my-job.yaml", "whether a worker with this policy takes part, and what it holds back"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var file = parsed.GetValue(_policy)!;
        var (policy, errors) = PolicyFile.Read(Environment.PathOf(file));
        if (policy is null) throw new CommandException(ExitCodes.Usage, string.Join("\n", errors), remedy: "");
        if (parsed.GetValue(_job) is not { } jobFile)
        {
            if (parsed.GetValue(_json)) await PrintJsonAsync(new CheckRecord(policy.Sha256, null, [], []));
            else await Environment.Output.WriteLineAsync($"{file} has no errors; SHA-256 {policy.Sha256}");
            return ExitCodes.Success;
        }
        var job = await JobSource.ReadAsync(jobFile, parsed.GetValue(_set) ?? [], Environment);
        var reasons = PolicyCheck.Job(policy.Spec, job.Spec);
        var notes = reasons.IsEmpty ? PolicyForecast.Of(policy.Spec, job.Spec) : [];
        if (parsed.GetValue(_json)) await PrintJsonAsync(new CheckRecord(policy.Sha256, reasons.IsEmpty, [.. reasons], [.. notes]));
        else if (reasons.IsEmpty)
        {
            await Environment.Output.WriteLineAsync($"A worker with {file} takes part in {jobFile}.");
            foreach (var note in notes) await Environment.Output.WriteLineAsync($"  {note}");
        }
        return reasons.IsEmpty ? ExitCodes.Success
            : throw new CommandException(ExitCodes.Failure, $"A worker with {file} does not take part in {jobFile}:\n{string.Join('\n', reasons.Select(reason => $"  {reason}"))}", remedy: "");
    }

    private sealed record CheckRecord(string PolicySha256, bool? TakesPart, string[] Reasons, string[] Notes);
}
