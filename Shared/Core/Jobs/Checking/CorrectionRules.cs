using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>Algorithms that reckon with what local steps are go with steps that are that.</summary>
internal static class CorrectionRules
{
    /// <summary>Checks the local training of such algorithms.</summary>
    public static void Check(BoundJob job)
    {
        if (!job.Sound("federation.algorithm")) return;
        var (algorithm, training) = (job.Spec.Federation.Algorithm.Name, job.Spec.Training);
        if (algorithm == "fednova")
        {
            const string Why = "does not go with fednova, which must know what local steps add up to; ";
            if (job.Sound("training.optimizer") && training.Optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {Why}use sgd.");
            if (job.Sound("training.patience") && training.Patience is not null) job.Report("training.patience", Why + "remove it.");
        }
        if (algorithm == "mimelite" && job.Sound("training.optimizer"))
        {
            const string Why = "does not go with mimelite, whose momentum is that of all clients; ";
            if (training.Optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {Why}use sgd.");
            else if (training.Optimizer.Momentum > 0) job.Report("training.optimizer.momentum", $"{ValueText.Of(training.Optimizer.Momentum)} {Why}remove it.");
        }
    }
}
