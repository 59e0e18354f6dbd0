using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Jobs.Reading;
using Federated.Core.Metrics;
using Federated.Core.Models;

namespace Federated.Core.Jobs.Checking;

/// <summary>Optimiser, loss and stopping rules make sense for what is learnt.</summary>
internal static class TrainingRules
{
    /// <summary>Checks training and stopping.</summary>
    public static void Check(BoundJob job)
    {
        var training = job.Spec.Training;
        if (training.Optimizer is { Name: OptimizerName.Sgd, Nesterov: true, Momentum: 0 } && job.Sound("training.optimizer"))
            job.Report("training.optimizer.nesterov",
                "needs training.optimizer.momentum above 0, and that is 0; set momentum, for example 0.9, or remove nesterov.");
        CheckSchedules(job);
        if (training is { ClassWeights: not null, BalanceClasses: true } && job.Sound("training"))
            job.Report("training.balance_classes", "says that clients find the weights of the classes, and training.class_weights gives them; keep one of the two.");
        if (training.Patience is not null && job.Sound("training.patience", "data.validation") && job.Spec.Data.Validation == 0)
            job.Report("training.patience", "needs examples to validate on, and data.validation is 0; set data.validation, for example 0.1, or remove patience.");
        CheckFit(job);
    }

    private static void CheckSchedules(BoundJob job)
    {
        if (!job.Sound("federation.rounds")) return;
        var (client, server) = (job.Spec.Training.Optimizer, job.Spec.Federation.Algorithm);
        if (job.Sound("training.optimizer")) CheckSchedule(job, "training.optimizer.schedule", "training.optimizer.learning_rate", RateCurve.Of(client), client.Schedule.Over == ScheduleUnit.Rounds);
        if (job.Sound("federation.algorithm")) CheckSchedule(job, "federation.algorithm.server.schedule", "federation.algorithm.server_learning_rate", RateCurve.Of(server), overRounds: true);
    }

    private static void CheckSchedule(BoundJob job, string key, string rate, RateCurve curve, bool overRounds)
    {
        var rounds = job.Spec.Federation.Rounds;
        if (curve.Kind != ScheduleKind.Constant && curve.Minimum > curve.Rate) job.Report(key + ".minimum", FormattableString.Invariant($"{curve.Minimum} is above {rate} {curve.Rate}."));
        if (overRounds && curve.WarmUp >= rounds) job.Report(key + ".warm_up", $"{curve.WarmUp} rounds are all of federation.rounds {rounds}; allowed: 0 to {rounds - 1}.");
    }

    private static void CheckFit(BoundJob job)
    {
        if (!job.Sound("data.name", "model")) return;
        var known = DatasetCatalog.ShapeOf(job.Spec.Data);
        if ((job.Spec.Stop.Accuracy is not null || job.Spec.Stop.Metric == Figures.Accuracy) && IsRegression(job.Spec))
            job.Report(job.Spec.Stop.Accuracy is not null ? "stop.accuracy" : "stop.metric", "has no meaning for regression, which has no classes to hit; remove it.");
        if (!job.Sound("training")) return;
        var errors = known is not null ? TrainingFit.Check(job.Spec.Training, known)
            : IsRegression(job.Spec) ? TrainingFit.LossErrors(job.Spec.Training, Objective.Regression, 0) : [];
        foreach (var (path, message) in errors) job.Report(path, message + ".");
    }

    // A table's targets are known only when it is read; a model that gives a single number tells before that.
    private static bool IsRegression(JobSpec job) => job.Data.Name == DatasetCatalog.Series || (DatasetCatalog.ShapeOf(job.Data) is { } known ? known.Objective == Objective.Regression
        : job.Model.Layers.LastOrDefault(layer => layer is not ActivationLayer) is DenseLayer { Units: 1 });
}
