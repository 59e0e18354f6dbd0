using System.CommandLine;
using Federated.Cli.Client;
using Federated.Cli.Jobs;
using Federated.Cli.Local;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Cli.Watching;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.V1;
using Federated.Worker.Options;

namespace Federated.Cli.Verbs;

/// <summary><c>federated run</c>: a coordinator and workers in this process, one job, its results in a folder.</summary>
internal sealed class RunVerb : Verb
{
    // A full disk is worth waiting for; the nodes are this process's own and come back with it.
    private static readonly TimeSpan JournalPatience = TimeSpan.FromMinutes(30);

    private readonly Argument<string?> _job = new("JOB.yaml")
    {
        Description = "The job file. Without one, a job that needs no download: handwritten digits on ten clients.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<int?> _workers = SharedOptions.Number("--workers", "n", "Workers to host, 1 to 64. Default: 2, or 1 on a single core.", 1, 64);
    private readonly Option<int?> _slots = SharedOptions.Number("--slots", "n", "Clients that each worker trains at once, 1 to 1024. Default: the cores divided by the workers.", 1, 1024);
    private readonly Option<string?> _device = SharedOptions.Device();
    private readonly Option<string[]> _set = SharedOptions.Set();
    private readonly Option<string?> _out = new("--out") { Description = "Folder for job.yaml, metrics.jsonl, summary.json and model.safetensors. Default: federated-runs/NAME-TIME.", HelpName = "dir" };
    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with the run in this folder, which was killed or stopped: after its last committed round, with the job that is in the folder.",
        HelpName = "dir",
    };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an earlier run's files in the --out folder." };
    private readonly Option<string[]> _data = SharedOptions.DataFolders();
    private readonly Option<string[]> _models = SharedOptions.AllowModels();
    private readonly Option<string?> _stragglers = Stragglers();
    private readonly Option<bool> _json = SharedOptions.Json("Print exactly one JSON object, the run's summary, on standard output; everything else goes to standard error.");

    public RunVerb(CommandEnvironment environment) : base("run", "Run a job on this machine: a coordinator and workers in one process, on the code of a deployment.", environment)
    {
        Add(_job);
        foreach (var option in new Option[] { _workers, _slots, _device, _set, _out, _resume, _force, _data, _models, _stragglers, _json }) Add(option);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated run", "train on the embedded digits with 10 clients and 2 workers"),
        ("federated run my-job.yaml --set federation.rounds=3 --set seed=7", "run a job with some of its values changed"),
        ("federated run --resume federated-runs/digits-20261124-001234", "go on with a run that was killed or stopped"),
        ("federated run my-job.yaml --workers 4 --out results --json > summary.json", "for scripts: results in a folder, one JSON object on standard output"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var json = parsed.GetValue(_json);
        var (job, folder, state, resumes) = await TaskAsync(parsed);
        using var _ = state;
        // With --json only the object goes to standard output.
        var people = json ? Environment.Error : Environment.Output;
        var goOn = $"What the run has reached is kept: `{RunClosing.Resume(folder)}` goes on with it.";
        LocalRun.Outcome outcome;
        await using (var cluster = await Environment.HostLocally(job.Spec, ClusterOptions(parsed, state.Path), interrupt))
        {
            using var client = new RunsClient([cluster.Address], Environment);
            IRunView view = !json && Environment.IsLive ? new LiveView(Environment.Screen, Environment.Time) : new LineView(people);
            var events = new SteadyWatch(client, new Outage(Environment, JournalPatience, tell: Environment.Error.WriteLineAsync), remedy: goOn);
            var local = new LocalRun(client, view, events, people.WriteLineAsync);
            var running = resumes ? local.ResumeAsync(job, folder, interrupt) : local.RunAsync(job, folder, interrupt);
            if (await Task.WhenAny(running, cluster.Failure) != running) await FailAsync(cluster.Failure, goOn);
            outcome = await running;
        }
        if (outcome.Status == RunStatus.Completed) state.Delete();
        if (json) await PrintJsonAsync(outcome.Result);
        await people.WriteAsync(RunClosing.Text(outcome));
        if (outcome.Status == RunStatus.Failed) throw new CommandException(ExitCodes.RunFailed, $"The run failed: {outcome.Reason}", remedy: "");
        return interrupt.IsCancellationRequested && outcome.Status == RunStatus.Stopped ? ExitCodes.Interrupted : RunExit.Of(outcome.Status);
    }

    private async Task<(CheckedJob Job, string Folder, StateFolder State, bool Resumes)> TaskAsync(ParseResult parsed)
    {
        var (file, set) = (parsed.GetValue(_job), parsed.GetValue(_set) ?? []);
        if (parsed.GetValue(_resume) is { } resume)
        {
            if (file is not null || set.Length > 0 || parsed.GetValue(_out) is not null || parsed.GetValue(_force))
                throw new CommandException(ExitCodes.Usage, "--resume goes on with the job and in the folder that it names: leave out JOB.yaml, --set, --out and --force.", remedy: "");
            var path = Environment.PathOf(resume);
            ResultsFolder.CheckResumable(path);
            return (await JobSource.ReadAsync(Path.Combine(path, ResultsFolder.JobName), [], Environment), path, StateFolder.Take(path), true);
        }
        var job = await JobSource.ReadAsync(file, set, Environment);
        CheckPlacement(job.Spec);
        if (parsed.GetValue(_out) is not { } given)
        {
            var (made, own) = ResultsFolder.NewIn(Environment.PathOf("federated-runs"), job.Spec.Name, Environment.Time.GetUtcNow());
            return (job, made, own, false);
        }
        var folder = Environment.PathOf(given);
        ResultsFolder.CheckFree(folder, parsed.GetValue(_force));
        var state = StateFolder.Take(folder);
        state.Clear();
        return (job, folder, state, false);
    }

    private static async Task FailAsync(Task failure, string goOn)
    {
        try
        {
            await failure;
        }
        catch (CommandException e)
        {
            throw new CommandException(e.ExitCode, e.Message, $"{e.Remedy} {goOn}", e);
        }
    }

    private LocalClusterOptions ClusterOptions(ParseResult parsed, string state)
    {
        var cores = System.Environment.ProcessorCount;
        var workers = parsed.GetValue(_workers) ?? Math.Min(2, cores);
        var slots = parsed.GetValue(_slots) ?? Math.Max(1, cores / workers);
        return new LocalClusterOptions(
            workers, slots, parsed.GetValue(_device) ?? "cpu", [.. (parsed.GetValue(_data) ?? []).Select(Environment.PathOf)], parsed.GetValue(SharedOptions.Verbose) ? "info" : "error", state)
        {
            ModelFolders = [.. (parsed.GetValue(_models) ?? []).Select(Environment.PathOf)],
            Pace = parsed.GetValue(_stragglers) is { } pace ? ClientPace.Parse(pace) : null,
        };
    }

    private static Option<string?> Stragglers()
    {
        var option = new Option<string?>("--stragglers")
        {
            Description = "Simulate slow clients: this share of them, drawn by the job's seed, takes so many times longer to train. "
                + "With seconds, every client takes at least these. Waiting takes a slot of its worker and no core. Default: none.",
            HelpName = "share:factor[:seconds]",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && ClientPace.Parse(result.Tokens[0].Value) is null) result.AddError($"--stragglers is '{result.Tokens[0].Value}': {ClientPace.Rule}");
        });
        return option;
    }

    private static void CheckPlacement(JobSpec job)
    {
        if (job.Data.Placement != Placement.Local) return;
        throw new CommandException(ExitCodes.JobInvalid,
            "data.placement is local: the data stays with workers that announce their clients, and `run` hosts none of those. "
            + "Simulate with --set data.placement=shared, or start `federated coordinator` and `federated worker --client ID`, and submit the job.", remedy: "");
    }
}
