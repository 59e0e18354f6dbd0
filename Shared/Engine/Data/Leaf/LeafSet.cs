using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Leaf;

/// <summary>Makes a data set of LEAF's files: one file, a folder of files, or a folder with the folders <c>train</c> and <c>test</c> as its scripts write them. Each user is a client.</summary>
internal static class LeafSet
{
    /// <summary>Reads a set.</summary>
    /// <param name="path">A file or a folder that is there.</param>
    /// <param name="data">For texts: how they become symbols.</param>
    /// <param name="vocabulary">For texts: the symbols; null for the words of the training texts.</param>
    /// <exception cref="EngineException">It is no such set; up to 20 errors at once.</exception>
    public static LoadedSet Load(string path, DataSpec data, Vocabulary? vocabulary)
    {
        var errors = new FileErrors(path);
        var (trained, tested) = (Path.Combine(path, "train"), Path.Combine(path, "test"));
        var parted = Directory.Exists(trained) && Directory.Exists(tested);
        var train = Read(parted ? trained : path, errors);
        var test = parted ? Read(tested, errors) : null;
        errors.ThrowIfAny();
        if (train.Count == 0) errors.Add("there is no example in it.");
        errors.ThrowIfAny();
        var texts = train.Concat(test ?? []).Count(example => example.Text is not null);
        if (texts > 0 && texts < train.Count + (test?.Count ?? 0)) errors.Add("some examples are texts and others numbers: keep them in different sets.");
        errors.ThrowIfAny();
        if (texts > 0) return LabelledTexts.Create(train.ConvertAll(Labelled), test?.ConvertAll(Labelled), data, vocabulary, errors);
        return Numbers(train, test, errors);
    }

    private static List<LeafExample> Read(string path, FileErrors errors)
    {
        var examples = new List<LeafExample>();
        foreach (var file in TextFile.In(path, ".json"))
            if (!errors.IsFull) LeafFile.Read(file, examples, errors);
        return examples;
    }

    private static LabelledText Labelled(LeafExample example) => new(example.Text!, example.Label, example.User);

    private static LoadedSet Numbers(List<LeafExample> train, List<LeafExample>? test, FileErrors errors)
    {
        var width = train[0].Numbers!.Length;
        foreach (var example in train.Concat(test ?? []).Where(example => example.Numbers!.Length != width).Take(20))
            errors.Add($"user '{example.User}' has an example of {example.Numbers!.Length} numbers, and the first one has {width}.");
        errors.ThrowIfAny();
        var labels = CsvLabels.Of([.. train.Concat(test ?? []).Select(example => example.Label)]);
        return new(labels.ShapeOver([width]), Examples(train, labels, 0, width), test is null ? null : Examples(test, labels, train.Count, width), [.. train.Select(example => example.User)])
        {
            TestOwners = test is null ? [] : [.. test.Select(example => example.User)],
        };
    }

    private static FloatExamples Examples(List<LeafExample> examples, CsvLabels labels, int first, int width)
    {
        var own = first..(first + examples.Count);
        return new([.. examples.SelectMany(example => example.Numbers!)], width, labels.Labels.Length > 0 ? labels.Labels[own] : [], labels.Targets.Length > 0 ? labels.Targets[own] : []);
    }
}
