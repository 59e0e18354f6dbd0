using Federated.Core.Algorithms;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;
using Federated.Core.Rounds;

namespace Federated.Core.Jobs.Checking;

/// <summary>Selections of clients go with what they look at.</summary>
internal static class SelectionRules
{
    /// <summary>Checks the selection.</summary>
    public static void Check(BoundJob job)
    {
        const string Kind = "federation.cohort.selection.kind";
        if (!job.Sound("federation.cohort.selection")) return;
        var selection = job.Spec.Federation.Cohort.Selection;
        if (selection.Kind == SelectionKind.Stratified)
        {
            if (selection.Label is null) job.Report(Kind, "stratified needs federation.cohort.selection.label, the label of workers whose values are the groups; set that.");
            if (job.Sound("data.placement") && job.Spec.Data.Placement != Placement.Local)
                job.Report(Kind, "stratified needs data.placement local: only workers that have clients of their own announce labels for them. Use uniform.");
        }
        if (CohortSelection.DrawsByExamples(selection.Kind) && job.Sound("federation.algorithm") && AlgorithmCatalog.All.FirstOrDefault(info => info.Name == job.Spec.Federation.Algorithm.Name) is { NotPlain: { } why } algorithm)
            job.Report(Kind, $"{ValueText.Of(selection.Kind)} does not go with {algorithm.Name}, for {why}. Use uniform.");
    }
}
