using System.CommandLine;
using Federated.Cli.Client;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Verbs;

/// <summary><c>federated model</c>: a run's latest parameters as a safetensors file.</summary>
internal sealed class ModelVerb : Verb
{
    private readonly Argument<string> _run = SharedOptions.Run();
    private readonly Option<string> _out = new("--out") { Description = "The file to write, as safetensors.", HelpName = "file", Required = true };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the file if it exists." };
    private readonly Option<string?> _coordinator = SharedOptions.Coordinator();
    private readonly Option<bool> _json = SharedOptions.Json();

    public ModelVerb(CommandEnvironment environment) : base("model", "Save a run's latest model; the run may be still going on.", environment)
    {
        Add(_run);
        foreach (var option in new Option[] { _out, _force, _coordinator, _json }) Add(option);
    }

    public override IReadOnlyList<(string, string)> Examples => [("federated model RUN --out model.safetensors", "readable by Python's safetensors and by PyTorch")];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var (run, file) = (parsed.GetValue(_run)!, Environment.PathOf(parsed.GetValue(_out)!));
        if (Directory.Exists(file)) throw new CommandException(ExitCodes.Usage, $"--out {file} is a folder: name a file.", remedy: "");
        if (File.Exists(file) && !parsed.GetValue(_force)) throw new CommandException(ExitCodes.Usage, $"--out {file} exists: name another file, or add --force to replace it.", remedy: "");
        if (Path.GetDirectoryName(file) is { } folder && !Directory.Exists(folder)) throw new CommandException(ExitCodes.Usage, $"--out {file}: there is no folder {folder}.", remedy: "");

        using var client = new RunsClient(CoordinatorAddress.Resolve(parsed.GetValue(_coordinator), Environment.Variable), Environment.Time);
        var model = await client.ModelAsync(run, interrupt)
            ?? throw new CommandException(ExitCodes.Failure, $"Run '{run}' has no parameters yet; `federated watch {run}` shows when it has.", remedy: "");
        var sha256 = await ModelFile.WriteAsync(file, model.Parameters);
        if (parsed.GetValue(_json)) await PrintJsonAsync(new ModelRecord(run, model.Round, model.Parameters.Schema.Count, file, sha256));
        else await Environment.Output.WriteLineAsync($"{file}: {Format.Count((ulong)model.Parameters.Schema.Count)} parameters after round {model.Round}, SHA-256 {sha256}");
        return ExitCodes.Success;
    }

    private sealed record ModelRecord(string Run, int Round, int Parameters, string File, string ModelSha256);
}
