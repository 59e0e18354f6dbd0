using System.CommandLine;
using System.Globalization;
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
            await PrintJsonAsync(sets.Select(set => new SetRecord(
                set.Name, [.. set.Shape?.Input ?? []], set.Shape?.Classes ?? 0, set.TrainExamples, set.TestExamples, Splits(set), set.Clients, set.Licence, set.Source, Access(set), Where(set))));
            return ExitCodes.Success;
        }
        // Six short columns fit into a terminal of 80; the sentences follow.
        var table = new Table().SimpleBorder();
        foreach (var name in new[] { "name", "example", "classes", "train", "test", "clients" }) table.AddColumn(name);
        foreach (var set in sets)
            table.AddRow(set.Name, set.Shape is { } shape ? string.Join('x', shape.Input) : "-", Count(set.Shape?.Classes ?? 0), Count(set.TrainExamples), Count(set.TestExamples), Count(set.Clients));
        Environment.Screen.Write(table);
        foreach (var set in sets)
            await Environment.Output.WriteLineAsync($"{set.Name}: {set.Source}\n  licence: {set.Licence}\n  splits: {Splits(set)}\n  to have it: {Where(set)}");
        await Environment.Output.WriteLineAsync("\nFiles of your own, named by data.path in the job:");
        foreach (var format in DatasetCatalog.Formats) await Environment.Output.WriteLineAsync($"  {format.Name}: {format.Reads}");
        return ExitCodes.Success;
    }

    private static string Access(DatasetInfo set) => set.IsBuiltIn ? "built_in" : DatasetDownloader.Names.Contains(set.Name) ? "download" : "bring";

    private static string Where(DatasetInfo set) => Access(set) switch
    {
        "built_in" => "it is built in",
        "download" => $"federated data get {set.Name}",
        _ => set.Bring ?? throw new InvalidOperationException($"The catalogue does not say how to get {set.Name}."),
    };

    private static string Splits(DatasetInfo set) => set.Splits.Length > 0 ? set.Splits
        : string.Create(CultureInfo.InvariantCulture, $"{set.TrainExamples:#,0} training and {set.TestExamples:#,0} test examples");

    // 0 stands for what depends on the job or the files.
    private static string Count(int count) => count > 0 ? Format.Count((ulong)count) : "-";

    // Access is built_in, download or bring; Where is the same for people: a command, or what to put where.
    private sealed record SetRecord(
        string Name, int[] Example, int Classes, int TrainExamples, int TestExamples, string Splits, int Clients, string Licence, string Source, string Access, string Where);
}
