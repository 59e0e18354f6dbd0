using System.Globalization;
using Federated.Core.Jobs;

namespace Federated.Core.Privacy.Differential;

/// <summary>Whether a run may begin another round.</summary>
public static class PrivacyBudget
{
    /// <summary>Why it may not, as a sentence; null where it may.</summary>
    /// <param name="job">A checked job.</param>
    /// <param name="record">What the run has given away.</param>
    public static string? Spent(JobSpec job, PrivacyRecord record)
    {
        if (PrivacyPlan.Of(job) is not { Limit: { } limit } plan || record.WithNext(plan) is not { } next) return null;
        // What cannot be claimed is the statement's to say; it is no reason to end.
        return next.Epsilon(plan) is { Ok: true, Guarantee: { Epsilon: var epsilon } } && epsilon > limit
            ? string.Create(CultureInfo.InvariantCulture, $"Another round would bring ε to {epsilon:0.###}, above the {limit:0.###} that privacy.differential allows.") : null;
    }
}
