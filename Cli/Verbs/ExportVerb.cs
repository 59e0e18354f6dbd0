using System.CommandLine;
using Federated.Cli.Client;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Verbs;

/// <summary><c>federated export</c>: a run's parameters as a safetensors file.</summary>
internal sealed class ExportVerb : RemoteVerb
{
    private readonly Argument<string> _run = SharedOptions.Run();
    private readonly Option<int?> _round = SharedOptions.Number("--round", "n",
        "The model after this round; 0 for the initial one. `show` lists the rounds that are kept. Default: the last committed round.",
        0, int.MaxValue);
    private readonly Option<string> _out = new("--out") { Description = "The file to write, as safetensors.", HelpName = "file", Required = true };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the file if it exists." };

    public ExportVerb(CommandEnvironment environment)
        : base("export", "Save a run's model, the latest or that of an earlier round; the run may be still going on.", environment)
    {
        Add(_run);
        AddOptions(_round, _out, _force);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated export RUN --out model.safetensors", "the latest model, readable by Python's safetensors and by PyTorch"),
        ("federated export RUN --round 10 --out round-10.safetensors", "the model after round 10, while its checkpoint is kept"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var (run, round, file) = (parsed.GetValue(_run)!, (uint?)parsed.GetValue(_round), Environment.PathOf(parsed.GetValue(_out)!));
        OutFile.CheckFree(file, parsed.GetValue(_force));
        using var client = Connect(parsed);
        var model = await client.ModelAsync(run, round, interrupt) ?? throw await MissingAsync(client, run, round, interrupt);
        var sha256 = await ModelFile.WriteAsync(file, model.Parameters, (await client.ShowAsync(run, interrupt)).JobYaml);
        if (WantsJson(parsed)) await PrintJsonAsync(new ModelRecord(run, model.Round, model.Parameters.Schema.Count, file, sha256));
        else await Environment.Output.WriteLineAsync(
            $"{file}: {Format.Count((ulong)model.Parameters.Schema.Count)} parameters after round {model.Round}, SHA-256 {sha256}");
        return ExitCodes.Success;
    }

    private static async Task<CommandException> MissingAsync(RunsClient client, string run, uint? round, CancellationToken interrupt)
    {
        var kept = (await client.ShowAsync(run, interrupt)).KeptRounds;
        return new CommandException(ExitCodes.Failure, round is { } asked && kept.Count > 0
            ? $"The model of run '{run}' after round {asked} is not kept: there are those after round {Format.Rounds(kept)}."
            : $"Run '{run}' has no parameters yet; `federated watch {run}` shows when it has.", remedy: "");
    }

    private sealed record ModelRecord(string Run, int Round, int Parameters, string File, string ModelSha256);
}
