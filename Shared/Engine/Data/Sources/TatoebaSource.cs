using System.Text.RegularExpressions;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Pairs;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Data.Sources;

/// <summary>English and Korean sentences of Tatoeba; whoever translated a sentence owns the pair.</summary>
internal sealed partial class TatoebaSource : DataSource
{
    /// <summary>The file of 20 February 2023. It is replaced now and then under its address, so it can only be brought by hand.</summary>
    public static PublishedSet Published { get; } =
        new(DatasetCatalog.Tatoeba, [new PublishedFile("kor.txt", 843519, "6c9d8de3e500306997e4083274fb0038ef521651ffb2b7923e4e607a59d09dbc", [])]);

    public override string Name => DatasetCatalog.Tatoeba;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', [Name, PairsSource.OptionsKey(data, folders), .. folders.Roots]);

    public override LoadedSet Load(DataSpec data, DataFolders folders) =>
        PairSet.Create(PairFile.ReadTsv(Published.Files[0].Locate(Published.Find(folders))!, Translator), data, folders);

    /// <summary>The second name of an attribution: "... #1 (author) &amp; #2 (translator)".</summary>
    internal static string? Translator(string attribution) => Attribution().Match(attribution) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"& #\d+ \(([^()]+)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Attribution();
}
