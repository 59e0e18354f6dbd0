using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>Sentences of reviews from three sites, 0 for negative and 1 for positive (Kotzias et al. 2015). The files carry no published hash, so what is asked of them is that
/// each has 1000 sentences with such a label.</summary>
internal static class SentenceSet
{
    private const int OfEachSite = 1000;

    /// <summary>The sites and their files.</summary>
    public static ImmutableArray<(string Site, string File)> Sites { get; } =
        [("amazon", "amazon_cells_labelled.txt"), ("imdb", "imdb_labelled.txt"), ("yelp", "yelp_labelled.txt")];

    /// <summary>The first folder that has the three files.</summary>
    /// <exception cref="EngineException">There is none; the message says where was looked.</exception>
    public static string Find(DataFolders folders)
    {
        var looked = folders.CandidatesFor(TextSets.Sentences).ToList();
        return looked.Find(folder => Sites.All(site => File.Exists(Path.Combine(folder, site.File))))
            ?? throw new EngineException($"The data set {TextSets.Sentences} was not found. Looked in:\n{string.Join('\n', looked.Select(folder => "  " + folder))}\n"
                + "Get it from https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences and give the folder of "
                + $"{string.Join(", ", Sites.Select(site => site.File))} with --data-dir or {DataFolders.Variable}.");
    }

    /// <exception cref="EngineException">It is not there, or other files have its names.</exception>
    public static LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var folder = Find(folders);
        var (errors, texts) = (new FileErrors(folder), new List<LabelledText>());
        var table = data with { Label = null, ClientColumn = null, Text = data.Text with { Header = false, Column = null } };
        foreach (var (site, name) in Sites)
        {
            var file = Path.Combine(folder, name);
            var rows = LabelledTextReader.ReadFile(file, table);
            if (rows.Count != OfEachSite || rows.Exists(row => row.Label is not ("0" or "1")))
                errors.Add(file, $"line {rows.Count}: the published file has {OfEachSite} sentences, each with a tab and 0 or 1 after it.");
            texts.AddRange(rows.Select(row => row with { Client = site }));
        }
        var set = LabelledTexts.Create(texts, null, data, Vocabularies.Fixed(data, folders), errors);
        return set with { Shape = set.Shape with { ClassNames = TextSets.SentenceClasses } };
    }
}
