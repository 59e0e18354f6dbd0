using System.Globalization;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Leaf;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Sources;

/// <summary>Data whose reading depends on how text becomes symbols.</summary>
internal abstract class TextualSource : DataSource
{
    /// <summary>Everything but the division among clients.</summary>
    protected static string Key(DataSpec data, DataFolders folders, params string?[] parts) =>
        string.Join('\n', [data.Name, .. parts, data.Text.ToString(), Vocabularies.Key(data, folders)]);

    /// <summary>What the job's path leads to.</summary>
    protected static string Find(DataSpec data, DataFolders folders) => DataPath.Find(data.Path, "data.path", "text", folders);

    /// <summary>Whether a file or one file of a folder ends like that.</summary>
    protected static bool Ends(string path, string ending) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Any(file => Ends(file, ending)) : Path.GetExtension(path).Equals(ending, StringComparison.OrdinalIgnoreCase);

    /// <summary>For running text the test share is part of the reading.</summary>
    protected static string Share(DataSpec data) => data.Test.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Running text of the user's.</summary>
internal sealed class TextSource : TextualSource
{
    public override string Name => TextSets.Text;

    public override bool Recognises(string path) => Ends(path, ".txt");

    public override string Key(DataSpec data, DataFolders folders) => Key(data, folders, DataPath.Stamp(Find(data, folders)), Share(data));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => TextSet.Load(Find(data, folders), data, Vocabularies.Fixed(data, folders));
}

/// <summary>Texts of the user's, with a label each.</summary>
internal sealed class LabelledTextSource : TextualSource
{
    public override string Name => TextSets.Labelled;

    public override bool Recognises(string path) => Ends(path, ".tsv");

    public override string Key(DataSpec data, DataFolders folders) => Key(data, folders, DataPath.Stamp(Find(data, folders)), data.Label, data.ClientColumn);

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var path = Find(data, folders);
        var (texts, faults) = Directory.Exists(path) ? LabelledTextReader.ReadFolder(path, data) : (LabelledTextReader.ReadFile(path, data), []);
        return LabelledTexts.Create(texts, null, data, Vocabularies.Fixed(data, folders), new FileErrors(path)) with { Faults = faults };
    }
}

/// <summary>Files of the LEAF benchmark.</summary>
internal sealed class LeafSource : TextualSource
{
    public override string Name => TextSets.Leaf;

    public override bool Recognises(string path) => Ends(path, ".json") || (Directory.Exists(Path.Combine(path, "train")) && Ends(Path.Combine(path, "train"), ".json"));

    public override string Key(DataSpec data, DataFolders folders) => Key(data, folders, DataPath.Stamp(Find(data, folders)));

    public override LoadedSet Load(DataSpec data, DataFolders folders) => LeafSet.Load(Find(data, folders), data, Vocabularies.Fixed(data, folders));
}

/// <summary>The tiny Shakespeare text. Its bytes are verified, so their times do not matter.</summary>
internal sealed class ShakespeareSource : TextualSource
{
    public override string Name => TextSets.Shakespeare;

    public override string Key(DataSpec data, DataFolders folders) => Key(data, folders, [Share(data), .. folders.Roots]);

    public override LoadedSet Load(DataSpec data, DataFolders folders) => ShakespeareSet.Load(data, folders);
}

/// <summary>UCI's labelled sentences.</summary>
internal sealed class SentenceSource : TextualSource
{
    public override string Name => TextSets.Sentences;

    public override string Key(DataSpec data, DataFolders folders)
    {
        var folder = SentenceSet.Find(folders);
        return Key(data, folders, [.. SentenceSet.Sites.Select(site => DataPath.Stamp(Path.Combine(folder, site.File)))]);
    }

    public override LoadedSet Load(DataSpec data, DataFolders folders) => SentenceSet.Load(data, folders);
}
