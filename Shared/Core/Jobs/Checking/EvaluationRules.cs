using System.Collections.Immutable;
using Federated.Core.Jobs.Reading;
using Federated.Core.Metrics;

namespace Federated.Core.Jobs.Checking;

/// <summary>What is measured is there to be measured, and stop rules look at a figure that exists.</summary>
internal static class EvaluationRules
{
    /// <summary>Checks evaluation and the stop rules that look at it.</summary>
    public static void Check(BoundJob job)
    {
        PerClient(job);
        Metric(job);
    }

    private static void PerClient(BoundJob job)
    {
        if (!job.Spec.Evaluation.PerClient || !job.Sound("evaluation.per_client", "data.name", "data.placement", "data.partition", "data.test", "data.validation")) return;
        var data = job.Spec.Data;
        if (!data.TestsBelongToClients && data.Validation == 0)
            job.Report("evaluation.per_client", "needs examples that belong to clients: set data.validation above 0, or data.partition.kind natural or data.placement local, where test examples do; or remove it.");
        else if (data.TestsBelongToClients && data.Test == 0)
            job.Report("evaluation.per_client", "needs test examples, and data.test is 0; set that above 0.");
    }

    private static void Metric(BoundJob job)
    {
        var stop = job.Spec.Stop;
        if (!job.Sound("stop.metric", "stop.target", "stop.patience", "stop.minimum_improvement")) return;
        if (stop.Metric is null)
        {
            var idle = new[] { (stop.Target is not null, "stop.target"), (stop.Patience is not null, "stop.patience"), (stop.MinimumImprovement != 0, "stop.minimum_improvement") };
            foreach (var (_, path) in idle.Where(key => key.Item1)) job.Report(path, "needs stop.metric, the figure that it looks at; set that, for example to accuracy.");
            return;
        }
        if (Figures.Find(stop.Metric) is null)
            job.Report("stop.metric", Sentences.Unknown(stop.Metric, Names()) + " A figure of one class has its name behind a slash: recall/CLASS.");
        if (stop.Target is null && stop.Patience is null) job.Report("stop.metric", "has no effect without stop.target or stop.patience; set one of them.");
        if (stop.MinimumImprovement != 0 && stop.Patience is null) job.Report("stop.minimum_improvement", "has no effect without stop.patience; remove it.");
    }

    private static ImmutableArray<string> Names() => [.. Figures.Known.Select(known => known.IsOfOneClass ? known.Name + "/CLASS" : known.Name)];
}
