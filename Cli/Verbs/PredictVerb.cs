using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Federated.Cli.Predicting;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Engine.Predicting;

namespace Federated.Cli.Verbs;

/// <summary><c>federated predict</c>: what a trained model says.</summary>
internal sealed class PredictVerb : Verb
{
    private const int Shown = 10;
    private const string Test = "test", Train = "train";

    private readonly Argument<string> _model = new("MODEL") { Description = "The model: a file that `export` wrote, or the folder of a `run`." };
    private readonly Option<string?> _job = new("--job") { Description = "The job that the model was trained by. Default: the folder's job.yaml, or the job that the model file carries.", HelpName = "file" };
    private readonly Option<string[]> _set = SharedOptions.Set();
    private readonly Option<string[]> _folders = SharedOptions.DataFolders();
    private readonly Option<string[]> _models = SharedOptions.AllowModels();
    private readonly Option<string[]> _clients = SharedOptions.Many("--client", "id", "A client whose data lives here, for jobs with data.placement: local. May be repeated.");
    private readonly Option<string> _split = new("--split") { Description = "The job's examples to predict: test or train.", HelpName = "set", DefaultValueFactory = _ => Test };
    private readonly Option<int?> _count = SharedOptions.Number("--count", "n", $"Examples to predict, spread evenly over the set. Default: {Shown}; with --out all of them.", 1, int.MaxValue);
    private readonly Option<string?> _input = new("--input", "--prompt")
    {
        Description = "Predict this instead of the job's examples: a sentence or a file with one on each line, a picture, a user's id; for a language model the text that it continues.",
        HelpName = "text or file",
    };
    private readonly Option<int?> _length = SharedOptions.Number("--length", "n", "Language models: symbols to write. Default: 200.", 1, 1_000_000);
    private readonly Option<double?> _temperature = new("--temperature") { Description = "Language models: 0 writes the likeliest symbol each time; the higher, the more daring. Default: 0.8.", HelpName = "t" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Language models: decides what is drawn. Default: 1.", HelpName = "n" };
    private readonly Option<string?> _out = new("--out") { Description = "Write the predictions into this file, .csv or .jsonl, instead of showing them.", HelpName = "file" };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the file if it exists." };
    private readonly Option<bool> _json = SharedOptions.Json("Print a line of JSON a prediction instead of a table.");

    public PredictVerb(CommandEnvironment environment)
        : base("predict", "Apply a trained model to its job's test examples, or to something of your own, and show what it says.", environment)
    {
        _split.AcceptOnlyFromAmong(Test, Train);
        _temperature.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is not (>= 0 and <= 100))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--temperature is {value}: it must be from 0 to 100."));
        });
        Add(_model);
        foreach (var option in new Option[] { _job, _set, _folders, _models, _clients, _split, _count, _input, _length, _temperature, _seed, _out, _force, _json }) Add(option);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated predict model.safetensors", "ten test examples: what is right, and what the model says"),
        ("federated predict federated-runs/digits-20261124-001234 --out predictions.csv", "the model of a run on its whole test set, into a table"),
        ("federated predict model.safetensors --input four.png", "a picture of your own"),
        ("federated predict model.safetensors --prompt ROMEO: --length 200 --temperature 0.8 --seed 1", "a language model continues a text"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var file = parsed.GetValue(_out) is { } given ? Environment.PathOf(given) : null;
        if (file is not null)
        {
            PredictionFile.CheckFormat(file);
            OutFile.CheckFree(file, parsed.GetValue(_force));
        }
        var (job, model) = await ModelSource.ReadAsync(parsed.GetValue(_model)!, parsed.GetValue(_job), parsed.GetValue(_set) ?? [], Environment, interrupt);
        var input = parsed.GetValue(_input);
        var known = input is null ? null : ShapeOf(job.Data);
        var data = known is null ? await LoadAsync(job, parsed, interrupt) : null;
        using var predictor = new Predictor(job, known ?? data!.Shape, model, data?.Train, new ModelFolders((parsed.GetValue(_models) ?? []).Select(Environment.PathOf)));
        CheckWriting(parsed, predictor.Shape);
        if (input is not null && predictor.Shape.Objective == Objective.LanguageModel)
        {
            var text = predictor.Continue(await InputPredictions.TextOfAsync(input, Environment), parsed.GetValue(_length) ?? 200,
                parsed.GetValue(_temperature) ?? 0.8, parsed.GetValue(_seed) ?? 1, interrupt);
            if (file is null && !parsed.GetValue(_json)) await Environment.Output.WriteLineAsync(text);
            else await GiveAsync([new() { ["text"] = text }], file);
            return ExitCodes.Success;
        }
        var (examples, indices) = data is null || input is not null ? (null, []) : Choose(parsed, data, isFile: file is not null);
        var predictions = examples is null ? await InputPredictions.OfAsync(predictor, input!, Environment) : predictor.Predict(examples, indices.AsSpan(), interrupt);
        var rows = predictions.Select(prediction => PredictionRow.Of(prediction, predictor.Shape)).ToList();
        if (rows.Count == 0) throw new CommandException(ExitCodes.Failure, input is null ? $"The job has no {parsed.GetValue(_split)} examples." : $"--input {input} has no text.", remedy: "");
        if (file is not null || parsed.GetValue(_json)) await GiveAsync(rows, file);
        else await ShowAsync(rows, examples, parsed.GetValue(_split)!);
        return ExitCodes.Success;
    }

    // What needs no data is predicted without: a model is often used where its data is not.
    private static DataShape? ShapeOf(DataSpec data) => DatasetCatalog.ShapeOf(data) is { } shape && shape.SymbolNames.Length == shape.Vocabularies.Length ? shape : null;

    private Task<FederatedData> LoadAsync(JobSpec job, ParseResult parsed, CancellationToken interrupt)
    {
        var folders = DataFolders.Standard((parsed.GetValue(_folders) ?? []).Select(Environment.PathOf));
        var clients = parsed.GetValue(_clients) is { Length: > 0 } announced ? announced : ["here"];
        return new DatasetStore(folders).LoadAsync(job.Data, job.Seed, job.Data.Placement == Placement.Local ? [.. clients] : [], interrupt);
    }

    private void CheckWriting(ParseResult parsed, DataShape shape)
    {
        var writes = shape.Objective == Objective.LanguageModel && parsed.GetValue(_input) is not null;
        if (!writes && (parsed.GetValue(_length) is not null || parsed.GetValue(_temperature) is not null || parsed.GetValue(_seed) is not null))
            throw new CommandException(ExitCodes.Usage, "--length, --temperature and --seed say how a language model continues a --prompt.", remedy: "");
    }

    private (ExampleSet Examples, ImmutableArray<int> Indices) Choose(ParseResult parsed, FederatedData data, bool isFile)
    {
        var examples = parsed.GetValue(_split) == Train ? data.Train : data.Test;
        return (examples, Predictor.Spread(parsed.GetValue(_count) ?? (isFile ? examples.Count : Shown), examples.Count));
    }

    private async Task GiveAsync(List<OrderedDictionary<string, object>> rows, string? file)
    {
        if (file is null)
        {
            foreach (var row in rows) await PrintJsonAsync(row);
            return;
        }
        await PredictionFile.WriteAsync(file, rows);
        await Environment.Output.WriteLineAsync($"{file}: {Format.Count((ulong)rows.Count)} predictions");
    }

    private async Task ShowAsync(List<OrderedDictionary<string, object>> rows, ExampleSet? examples, string split)
    {
        Environment.Screen.Write(PredictionText.Draw(rows));
        if (examples is not null)
            await Environment.Output.WriteLineAsync($"{Format.Count((ulong)rows.Count)} of {Format.Count((ulong)examples.Count)} {split} examples; --count shows more, --out writes all");
    }
}
