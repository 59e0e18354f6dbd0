using System.CommandLine;
using System.Globalization;
using Federated.Cli.Inspecting;
using Federated.Cli.Jobs;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;

namespace Federated.Cli.Verbs;

/// <summary><c>federated data inspect</c>: what a data set holds, and who would have how much of what.</summary>
internal sealed class DataInspectVerb : Verb
{
    private readonly Argument<string> _what = new("WHAT") { Description = "A data set's name, a file or folder of your own, or a job file, whose data section is taken." };
    private readonly Option<string[]> _set = SharedOptions.Set();
    private readonly Option<string[]> _folders = SharedOptions.DataFolders();
    private readonly Option<int?> _samples = SharedOptions.Number("--samples", "n", "Training examples to show. Default: 2.", 0, 100);
    private readonly Option<bool> _json = SharedOptions.Json();

    public DataInspectVerb(CommandEnvironment environment)
        : base("inspect", "Show a data set's shapes, classes and examples, and how a job would spread it over clients.", environment)
    {
        Add(_what);
        Add(_set);
        Add(_folders);
        Add(_samples);
        Add(_json);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated data inspect digits", "shapes, classes, two examples, ten equal clients"),
        ("federated data inspect digits --set data.partition.kind=dirichlet", "the same with skewed clients"),
        ("federated data inspect my-job.yaml --samples 0", "the data of a job"),
        ("federated data inspect patients.csv", "a table of your own"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var job = await DataJob.ReadAsync(parsed.GetValue(_what)!, parsed.GetValue(_set) ?? [], Environment);
        var folders = DataFolders.Standard((parsed.GetValue(_folders) ?? []).Select(Environment.PathOf));
        // Whose the data of a site is only its workers know: it is shown as one client's.
        var data = await new DatasetStore(folders).LoadAsync(job.Data, job.Seed, job.Data.Placement == Placement.Local ? ["here"] : [], interrupt);
        var found = InspectedData.Of(job.Data.Name, data);
        if (parsed.GetValue(_json)) await PrintJsonAsync(found);
        else await ShowAsync(found, data, parsed.GetValue(_samples) ?? 2);
        return ExitCodes.Success;
    }

    private async Task ShowAsync(InspectedData found, FederatedData data, int samples)
    {
        var output = Environment.Output;
        await output.WriteLineAsync(Summary(found, data.Shape));
        for (var i = 0; i < Math.Min(samples, data.Train.Count); i++) await output.WriteLineAsync(SamplePicture.Draw(data.Shape, data.Train, i));
        Environment.Screen.Write(PartitionPicture.Draw(found));
        if (found.Clients.Count > PartitionPicture.Rows)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"... and {found.Clients.Count - PartitionPicture.Rows} clients more"));
        foreach (var fault in found.Unusable) await output.WriteLineAsync($"takes no part: {fault.Client}: {fault.Reason}");
        if (found.Distance is { } distance)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"distance of a client's label mix from that of all: {distance:0.00} (0: equal mixes)"));
    }

    private static string Words(Objective objective) => objective switch
    {
        Objective.LanguageModel => "language model",
        _ => objective.ToString().ToLowerInvariant(),
    };

    private static string Summary(InspectedData found, DataShape shape)
    {
        var classes = shape.Classes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {shape.Classes} classes")
            + (shape.ClassNames.IsEmpty ? "" : $" ({string.Join(", ", shape.ClassNames)})");
        var symbols = shape.Vocabularies.IsEmpty ? "" : $" symbols of {string.Join(" and ", shape.Vocabularies)}";
        return string.Create(CultureInfo.InvariantCulture,
            $"{found.Name}: {Words(shape.Objective)} of {Shapes.Text(shape.Input)}{symbols}{classes}; {found.Train:#,0} training and {found.Test:#,0} test examples\n");
    }
}
