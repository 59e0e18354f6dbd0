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
        var faults = new List<ClientFault>();
        var train = Read(parted ? trained : path, errors, faults);
        var test = parted ? Read(tested, errors, faults) : null;
        errors.ThrowIfAny();
        SetAside(faults, train, test);
        if (train.Count == 0 && faults.Count > 0) throw new EngineException(ClientFiles.Told(faults));
        if (train.Count == 0) errors.Add("there is no example in it.");
        errors.ThrowIfAny();
        var texts = train.Concat(test ?? []).Count(example => example.Text is not null);
        if (texts > 0 && texts < train.Count + (test?.Count ?? 0)) errors.Add("some examples are texts and others numbers: keep them in different sets.");
        errors.ThrowIfAny();
        var set = texts > 0 ? LabelledTexts.Create(train.ConvertAll(Labelled), test?.ConvertAll(Labelled), data, vocabulary, errors) : Numbers(path, train, test, faults);
        // A user may have files in several places, and faults in each of them.
        return set with { Faults = [.. faults.DistinctBy(fault => fault.Client, StringComparer.Ordinal).OrderBy(fault => fault.Client, StringComparer.Ordinal)] };
    }

    private static List<LeafExample> Read(string path, FileErrors errors, List<ClientFault> faults)
    {
        var examples = new List<LeafExample>();
        foreach (var file in TextFile.In(path, ".json"))
            if (!errors.IsFull) LeafFile.Read(file, examples, errors, faults);
        return examples;
    }

    private static void SetAside(List<ClientFault> faults, List<LeafExample> train, List<LeafExample>? test)
    {
        var users = faults.Select(fault => fault.Client).ToHashSet(StringComparer.Ordinal);
        train.RemoveAll(example => users.Contains(example.User));
        test?.RemoveAll(example => users.Contains(example.User));
    }

    private static LabelledText Labelled(LeafExample example) => new(example.Text!, example.Label, example.User);

    private static LoadedSet Numbers(string path, List<LeafExample> train, List<LeafExample>? test, List<ClientFault> faults)
    {
        // That of most users' first examples; of equally many the first one's.
        var width = train.DistinctBy(example => example.User, StringComparer.Ordinal).CountBy(example => example.Numbers!.Length).MaxBy(count => count.Value).Key;
        faults.AddRange(train.Concat(test ?? []).Where(example => example.Numbers!.Length != width).DistinctBy(example => example.User, StringComparer.Ordinal)
            .Select(example => new ClientFault(example.User, $"{path} cannot be used:\n  user '{example.User}' has an example of {example.Numbers!.Length} numbers, and the first one has {width}.")));
        SetAside(faults, train, test);
        if (train.Count == 0) throw new EngineException(ClientFiles.Told(faults));
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
