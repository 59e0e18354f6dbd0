using System.Globalization;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Pairs;

namespace Federated.Engine.Data.Sources;

/// <summary>Sentence pairs of the user's: a TSV, or two files that are aligned line by line.</summary>
internal sealed class PairsSource : DataSource
{
    public override string Name => DatasetCatalog.Pairs;

    public override string Key(DataSpec data, DataFolders folders) =>
        string.Join('\n', Name, DataPath.Stamp(Find(data, folders)), data.Pairs.Targets is null ? "" : DataPath.Stamp(FindTargets(data, folders)), OptionsKey(data, folders));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => PairSet.Create(data.Pairs.Targets is null
        ? PairFile.ReadTsv(Find(data, folders), client => client)
        : PairFile.ReadAligned(Find(data, folders), FindTargets(data, folders)), data, folders);

    /// <summary>What of the options decides which examples are read.</summary>
    internal static string OptionsKey(DataSpec data, DataFolders folders) => string.Join('\n', data.Pairs.ToString(), data.Test.ToString("R", CultureInfo.InvariantCulture),
        Stamp(data.Pairs.SourceVocabulary, "data.pairs.source_vocabulary", folders), Stamp(data.Pairs.TargetVocabulary, "data.pairs.target_vocabulary", folders));

    private static string Stamp(string? file, string key, DataFolders folders) => file is null ? "" : DataPath.Stamp(DataPath.FindFile(file, key, "vocabulary", folders));

    private static string Find(DataSpec data, DataFolders folders) => DataPath.FindFile(data.Path, "data.path", "file of sentence pairs", folders);

    private static string FindTargets(DataSpec data, DataFolders folders) => DataPath.FindFile(data.Pairs.Targets, "data.pairs.targets", "file of translations", folders);
}
