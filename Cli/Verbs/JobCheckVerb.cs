using System.CommandLine;
using Federated.Cli.Jobs;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Jobs;

namespace Federated.Cli.Verbs;

/// <summary><c>federated job check</c>: the complete job, or everything that is wrong with it.</summary>
internal sealed class JobCheckVerb : Verb
{
    private readonly Argument<string?> _job = new("JOB.yaml") { Description = "The job file; without one, the job that `federated run` has built in.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _set = SharedOptions.Set();

    public JobCheckVerb(CommandEnvironment environment) : base("check", "Check a job file: print it with every default written out, or all its errors at once.", environment)
    {
        Add(_job);
        Add(_set);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated job check my-job.yaml", "the complete job, or each error with its line and what is allowed"),
        ("federated job check > my-job.yaml", "a first job file to change"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var job = await JobSource.ReadAsync(parsed.GetValue(_job), parsed.GetValue(_set) ?? [], Environment);
        await Environment.Output.WriteAsync(job.Yaml);
        foreach (var notice in JobNotices.Of(job.Spec)) await Environment.Error.WriteLineAsync(notice);
        return ExitCodes.Success;
    }
}
