using Federated.Core.Algorithms;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>Updates that meet another version than they started from must be changes of the model that stand for themselves.</summary>
internal static class ModeRules
{
    /// <summary>Checks what goes with a mode in which versions overlap.</summary>
    public static void Check(BoundJob job)
    {
        var federation = job.Spec.Federation;
        if (!job.Sound("federation.mode", "federation.algorithm") || federation.Mode == FederationMode.Synchronous) return;
        var (mode, algorithm) = (ValueText.Of(federation.Mode), federation.Algorithm);
        var info = AlgorithmCatalog.Find(algorithm.Name);
        if (info.NotPlain is { } why)
            job.Report("federation.mode", $"{mode} does not go with federation.algorithm.name {algorithm.Name}: {why}; use synchronous, or fedavg.");
        else if (info.KeepsClientState)
            job.Report("federation.mode", $"{mode} does not go with federation.algorithm.name {algorithm.Name}, whose clients keep a state that belongs to one round; use synchronous, or fedavg.");
        else if (algorithm is { Name: "fedprox", AdaptiveMu: true })
            job.Report("federation.algorithm.adaptive_mu", $"follows the loss from round to round, which has no meaning with federation.mode {mode}; remove it.");
        if (job.Sound("federation.aggregation") && federation.Aggregation.Rule != AggregationRule.Mean)
            job.Report("federation.aggregation.rule", $"{ValueText.Of(federation.Aggregation.Rule)} does not go with federation.mode {mode}: it compares updates of one version of the model; use mean.");
        if (federation.Mode == FederationMode.FedAsync) CheckMixing(job, algorithm);
        CheckMinimum(job, federation);
    }

    private static void CheckMixing(BoundJob job, AlgorithmSpec algorithm)
    {
        const string Why = "does not go with federation.mode fedasync, whose step is the mixing of the client's model; ";
        if (algorithm.Name == "fedsgd") job.Report("federation.algorithm.name", $"fedsgd {Why}use fedavg, or federation.mode fedbuff.");
        if (algorithm.Server.Optimizer != ServerOptimizer.Average) job.Report("federation.algorithm.server.optimizer", $"{ValueText.Of(algorithm.Server.Optimizer)} {Why}use average, or federation.mode fedbuff.");
        if (algorithm.ServerLearningRate != 1) job.Report("federation.algorithm.server_learning_rate", $"{ValueText.Of(algorithm.ServerLearningRate)} {Why}set federation.asynchronous.mixing instead.");
        if (algorithm.Server.Schedule.Kind != ScheduleKind.Constant || algorithm.Server.Schedule.WarmUp > 0) job.Report("federation.algorithm.server.schedule", Why + "remove it.");
    }

    private static void CheckMinimum(BoundJob job, FederationSpec federation)
    {
        if (!job.Sound("federation.cohort", "federation.asynchronous")) return;
        var (key, most) = federation.Mode switch
        {
            FederationMode.FedAsync => ("federation.mode fedasync, where every update makes a version", 1),
            FederationMode.FedBuff => ($"federation.asynchronous.buffer {federation.Asynchronous.Buffer}", federation.Asynchronous.Buffer),
            _ => ("", int.MaxValue),
        };
        if (federation.Cohort.Minimum > most) job.Report("federation.cohort.minimum", $"{federation.Cohort.Minimum} updates are more than a version is made of with {key}; allowed: 1 to {most}.");
    }
}
