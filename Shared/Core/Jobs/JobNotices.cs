using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Datasets;
using Federated.Core.Models;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds;

namespace Federated.Core.Jobs;

/// <summary>What a good job costs the coordinator beyond the usual, for whoever submits it.</summary>
public static class JobNotices
{
    /// <summary>A sentence each; what is not known before the data is read is left as a formula.</summary>
    /// <param name="job">A checked job.</param>
    public static ImmutableArray<string> Of(JobSpec job)
    {
        int? updates = job.Data is { Placement: Placement.Shared, Partition.Kind: not PartitionKind.Natural } ? CohortSelection.Wanted(job.Federation.Cohort, job.Data.Clients) : null;
        var values = !job.Model.IsOwn && DatasetCatalog.ShapeOf(job.Data) is { } shape ? ModelPlanner.Plan(job.Model, shape).Plan?.Schema.Count : null;
        return [.. new[] { new AggregationFit(job.Federation.Aggregation).Memory(updates, values), PrivacyStatement.Forecast(job) }.OfType<string>()];
    }
}
