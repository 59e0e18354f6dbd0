using System.CommandLine;
using System.CommandLine.Parsing;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Core.Datasets;
using Federated.Engine.Data;
using Federated.Engine.Data.Published;

namespace Federated.Cli.Verbs;

/// <summary><c>federated data get</c>: download a data set and verify it.</summary>
internal sealed class DataGetVerb : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = $"The data set: {string.Join(" or ", DatasetDownloader.Names)}." };
    private readonly Option<string?> _folder = new("--data-dir") { Description = "Folder to put it in; a subfolder of the set's name is made there. Default: your cache.", HelpName = "dir" };

    public DataGetVerb(CommandEnvironment environment) : base("get", "Download a data set from its publisher and verify it byte by byte.", environment)
    {
        _name.Validators.Add(CheckName);
        Add(_name);
        Add(_folder);
    }

    public override IReadOnlyList<(string, string)> Examples =>
        [("federated data get mnist", "into your cache, where every job finds it"), ("federated data get fashion-mnist --data-dir /data", "into a folder of your own")];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var folder = parsed.GetValue(_folder) is { } given ? Environment.PathOf(given) : DataFolders.Standard([]).Downloads;
        using var http = new HttpClient();
        var progress = new FileByFile(Environment.Error);
        var target = await new DatasetDownloader(http, folder).GetAsync(parsed.GetValue(_name)!, progress, interrupt);
        await Environment.Output.WriteLineAsync(target);
        return ExitCodes.Success;
    }

    private static void CheckName(ArgumentResult result)
    {
        if (result.Tokens is not [var token] || DatasetDownloader.Names.Contains(token.Value)) return;
        if (DatasetCatalog.Find(token.Value) is { } known)
        {
            result.AddError(known.IsBuiltIn ? $"'{known.Name}' is built in: there is nothing to download."
                : $"'{known.Name}' cannot be downloaded: {known.Bring}. `federated data inspect {known.Name}` tells where data folders are looked for.");
            return;
        }
        result.AddError($"'{token.Value}' cannot be downloaded; these can: {string.Join(", ", DatasetDownloader.Names)}. `federated data ls` lists all data sets.");
    }

    // One line a file: a download may run in a log.
    private sealed class FileByFile(TextWriter error) : IProgress<DownloadProgress>
    {
        private readonly HashSet<string> _told = [];

        public void Report(DownloadProgress value)
        {
            if (_told.Add(value.File)) error.WriteLine($"getting {value.File}{(value.Total is { } total ? $", {Format.Bytes((ulong)total)}" : "")}");
        }
    }
}
