using System.CommandLine;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Datasets;
using Federated.Engine.Data.Published;
using Spectre.Console;

namespace Federated.Cli.Verbs;

/// <summary><c>federated data ls</c>: the data sets that a job may name.</summary>
internal sealed class DataListVerb : Verb
{
    private readonly Option<bool> _json = SharedOptions.Json();

    public DataListVerb(CommandEnvironment environment) : base("ls", "List the data sets that a job may name.", environment) => Add(_json);

    public override IReadOnlyList<(string, string)> Examples => [("federated data ls", "names, shapes, sizes, licences and sources")];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var sets = DatasetCatalog.Names.Select(DatasetCatalog.Find).OfType<DatasetInfo>().ToList();
        if (parsed.GetValue(_json))
        {
            await PrintJsonAsync(sets.Select(set => new SetRecord(set.Name, [.. set.Shape?.Input ?? []], set.Shape?.Classes ?? 0, set.TrainExamples, set.TestExamples, set.Licence, set.Source, GetFrom(set))));
            return ExitCodes.Success;
        }
        var table = new Table().SimpleBorder();
        foreach (var name in new[] { "name", "example", "classes", "train", "test", "licence", "where" }) table.AddColumn(name);
        foreach (var set in sets)
        {
            table.AddRow(set.Name, set.Shape is { } shape ? string.Join('x', shape.Input) : "-", set.Shape is { Classes: > 0 and var classes } ? Format.Count((ulong)classes) : "-", Format.Count((ulong)set.TrainExamples), Format.Count((ulong)set.TestExamples),
                Markup.Escape(set.Licence), GetFrom(set));
        }
        foreach (var format in DatasetCatalog.Formats) table.AddRow(format.Name, format.Reads, "-", "-", "-", "yours", "data.path in the job");
        Environment.Screen.Write(table);
        foreach (var set in sets) await Environment.Output.WriteLineAsync($"{set.Name}: {set.Source}");
        return ExitCodes.Success;
    }

    private static string GetFrom(DatasetInfo set) => DatasetDownloader.Names.Contains(set.Name) ? $"federated data get {set.Name}" : "built in";

    private sealed record SetRecord(string Name, int[] Example, int Classes, int TrainExamples, int TestExamples, string Licence, string Source, string Where);
}
