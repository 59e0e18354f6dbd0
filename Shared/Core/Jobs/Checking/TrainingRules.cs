using Federated.Core.Datasets;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;

namespace Federated.Core.Jobs.Checking;

/// <summary>Optimiser, loss and stopping rules make sense for what is learnt.</summary>
internal static class TrainingRules
{
    /// <summary>Checks training and stopping.</summary>
    public static void Check(BoundJob job)
    {
        var optimizer = job.Spec.Training.Optimizer;
        if (optimizer is { Nesterov: true, Momentum: 0 } && job.Sound("training.optimizer"))
            job.Report("training.optimizer.nesterov",
                "needs training.optimizer.momentum above 0, and that is 0; set momentum, for example 0.9, or remove nesterov.");
        if (!job.Sound("data.name", "model") || !IsRegression(job.Spec)) return;
        if (job.Spec.Stop.Accuracy is not null)
            job.Report("stop.accuracy", "has no meaning for regression, which has no classes to hit; remove it.");
        if (job.Spec.Training.Loss == Loss.CrossEntropy && job.Sound("training.loss"))
            job.Report("training.loss", "cross_entropy needs classes, and this is regression; use mse.");
    }

    // A table's targets are known only when it is read; a model that gives a single number tells before that.
    private static bool IsRegression(JobSpec job) => DatasetCatalog.ShapeOf(job.Data) is { } known ? known.Objective == Objective.Regression
        : job.Model.Layers.LastOrDefault(layer => layer is not ActivationLayer) is DenseLayer { Units: 1 };
}
