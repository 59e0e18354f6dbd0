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
        var algorithm = job.Spec.Federation.Algorithm;
        if (algorithm is { Name: "scaffold", ControlVariates: ControlVariates.Steps })
            RefuseOthers(job, "does not go with scaffold's control_variates steps, which counts on plain steps of sgd", "or use control_variates gradient", "or control_variates gradient", plain: true);
        if (algorithm.Name == "fednova") RefuseOthers(job, "does not go with fednova, which must know what local steps add up to", "", "", plain: false);
        if (algorithm.Name == "mimelite" && job.Sound("training.optimizer"))
        {
            const string Why = "does not go with mimelite, whose momentum is that of all clients; ";
            var optimizer = job.Spec.Training.Optimizer;
            if (optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(optimizer.Name)} {Why}use sgd.");
            else if (optimizer.Momentum > 0) job.Report("training.optimizer.momentum", $"{ValueText.Of(optimizer.Momentum)} {Why}remove it.");
        }
    }

    private static void RefuseOthers(BoundJob job, string why, string or, string orElse, bool plain)
    {
        var training = job.Spec.Training;
        if (!job.Sound("training.optimizer")) return;
        if (training.Optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {why}; use sgd{Join(orElse)}.");
        else if (plain && training.Optimizer.Momentum > 0) job.Report("training.optimizer.momentum", $"{ValueText.Of(training.Optimizer.Momentum)} {why}; remove it{Join(or)}.");
        if (plain && training.ClipNorm is not null && job.Sound("training.clip_norm")) job.Report("training.clip_norm", $"{why}; remove it{Join(or)}.");
        if (plain && training.ClipValue is not null && job.Sound("training.clip_value")) job.Report("training.clip_value", $"{why}; remove it{Join(or)}.");
        if (training.Patience is not null && job.Sound("training.patience")) job.Report("training.patience", $"{why}; remove it{Join(or)}.");
    }

    private static string Join(string alternative) => alternative.Length > 0 ? ", " + alternative : "";
}
