using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Privacy.Differential;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;

namespace Federated.Engine;

/// <summary>Whether a job fits the data that was found for it.</summary>
internal static class JobFit
{
    /// <summary>Plans the job's model for data of which only the shape is known.</summary>
    /// <exception cref="EngineException">It does not fit; the message has every reason.</exception>
    public static ModelPlan Plan(JobSpec job, DataShape shape)
    {
        var (plan, errors) = ModelPlanner.Plan(job.Model, shape);
        return plan ?? throw new EngineException($"The model does not fit the data set '{job.Data.Name}': {string.Join("; ", errors)}.");
    }

    /// <summary>Plans the job's model for the data.</summary>
    /// <param name="job">The job.</param>
    /// <param name="data">What was found.</param>
    /// <param name="own">The job's own model; null for one of layers.</param>
    /// <exception cref="EngineException">It does not fit; the message has every reason.</exception>
    public static ModelPlan Plan(JobSpec job, FederatedData data, OwnModel? own = null)
    {
        var (plan, errors) = own is null ? ModelPlanner.Plan(job.Model, data.Shape) : new(own.Plan, []);
        var reasons = errors.Select(error => error.ToString()).ToList();
        reasons.AddRange(TrainingFit.Check(job.Training, data.Shape).Select(error => $"{error.Path}: {error.Message}"));
        if (job.Evaluation.PerClient && job.Data is { TestsBelongToClients: true, Placement: Placement.Shared } && data.Clients.All(client => client.Test.IsEmpty))
            reasons.Add("evaluation.per_client measures clients on test examples of their own, and the data set does not say whose its test examples are: set evaluation.per_client to false");
        if (job.Privacy.SecureAggregation.CountsLabels && MaskedLabels.Refusal(data.Shape.Objective, data.Shape.Classes) is { } uncounted)
            reasons.Add($"privacy.secure_aggregation.label_counts: {uncounted}");
        if (plan is not null && AlgorithmCatalog.Refusal(job.Federation.Algorithm, plan.Schema) is { } refusal) reasons.Add(refusal);
        if (plan is not null && job.Privacy.Differential.Mechanism != PrivacyMechanism.None && BoundedModel.Refusal(plan.Schema) is { } unbounded) reasons.Add($"privacy.differential does not go with this model: {unbounded}");
        return plan is not null && reasons.Count == 0 ? plan
            : throw new EngineException($"The job does not fit the data set '{job.Data.Name}': {string.Join("; ", reasons)}.");
    }
}
