using Federated.Core.Datasets;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>Sentence pairs have their file, and sites agree on their symbols.</summary>
internal static class PairRules
{
    /// <summary>Checks a data set of sentence pairs.</summary>
    public static void Check(BoundJob job)
    {
        var (data, pairs) = (job.Spec.Data, job.Spec.Data.Pairs);
        if (data.Name is not (DatasetCatalog.Pairs or DatasetCatalog.Tatoeba)) return;
        if (!job.Sound("data.pairs")) return;
        Local(job, data, pairs.SourceVocabulary, "data.pairs.source_vocabulary");
        Local(job, data, pairs.TargetVocabulary, "data.pairs.target_vocabulary");
        if (pairs is not { SourceVocabulary: not null, TargetVocabulary: not null }) return;
        foreach (var key in new[] { "data.pairs.size", "data.pairs.minimum_count" })
            if (job.Written.ContainsKey(key)) job.Report(key, "has no effect beside two vocabulary files, which decide; remove it.");
    }

    private static void Local(BoundJob job, DataSpec data, string? file, string key)
    {
        if (data.Placement == Placement.Local && file is null)
            job.Report(key, "is missing; with data.placement local no site sees the words of another: give every site the same file with a token on each line.");
    }
}
