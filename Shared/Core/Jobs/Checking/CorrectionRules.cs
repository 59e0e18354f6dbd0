using System.Globalization;
using Federated.Core.Algorithms;
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
        var info = AlgorithmCatalog.Find(algorithm);
        if (algorithm == "fednova")
        {
            const string Why = "does not go with fednova, which must know what local steps add up to; ";
            if (job.Sound("training.optimizer") && training.Optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {Why}use sgd.");
            if (job.Sound("training.patience") && training.Patience is not null) job.Report("training.patience", Why + "remove it.");
        }
        if (algorithm == "afl" && job.Sound("federation.cohort") && job.Spec.Federation.Cohort.Fraction < 1)
            job.Report("federation.cohort.fraction", $"{ValueText.Of(job.Spec.Federation.Cohort.Fraction)} does not go with afl, whose weights follow the losses of all clients; use 1.");
        if (info.OwnSteps) CheckOwnSteps(job, algorithm);
        if (algorithm == "scaffold" && job.Spec.Federation.Algorithm.Variate == ControlVariate.Steps)
        {
            const string Why = "does not go with scaffold's variate steps, which reads gradients off plain steps; ";
            const string Or = " or set federation.algorithm.variate to gradient.";
            if (job.Sound("training.optimizer") && training.Optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {Why}use sgd,{Or}");
            else if (job.Sound("training.optimizer") && training.Optimizer.Momentum > 0) job.Report("training.optimizer.momentum", $"{ValueText.Of(training.Optimizer.Momentum)} {Why}remove it,{Or}");
            (string Key, bool Is)[] others = [("training.clip_norm", training.ClipNorm is not null), ("training.clip_value", training.ClipValue is not null), ("training.patience", training.Patience is not null)];
            foreach (var (key, _) in others.Where(other => other.Is && job.Sound(other.Key))) job.Report(key, $"{Why}remove it,{Or}");
        }
        if (algorithm == "pfedme") CheckEnvelope(job);
        if (info.MeasuresLoss && job.Sound("data.name", "data.ratings") && DataRules.IsImplicit(job.Spec.Data))
            job.Report("federation.algorithm.name", $"{algorithm} needs the loss over a client's training data, which ratings with implicit feedback have not; use fedavg, or data.ratings.feedback explicit.");
        if (algorithm == "moon" && job.Spec.Model.IsOwn)
            job.Report(job.Spec.Model.Torchscript is null ? "model.assembly" : "model.torchscript",
                "does not go with moon, which compares what goes into the last layer: a model of one's own does not show its layers. Use model.layers, or another algorithm.");
        if (algorithm is "mimelite" or "qfedavg" && job.Sound("training.optimizer"))
        {
            var why = algorithm == "mimelite" ? "does not go with mimelite, whose momentum is that of all clients; " : "does not go with qfedavg, which reckons with plain steps; ";
            if (training.Optimizer.Name != OptimizerName.Sgd) job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {why}use sgd.");
            else if (training.Optimizer.Momentum > 0) job.Report("training.optimizer.momentum", $"{ValueText.Of(training.Optimizer.Momentum)} {why}remove it.");
        }
    }

    // A step r (∇f(θ) + λ (θ - w)) multiplies what separates θ from its goal by 1 - r (λ + L) where the loss has curvature L. Without any, and the data says how much there is, that is 1 - r λ: from r λ = 2 on
    // its magnitude is 1 or more, and steps lead away.
    private static void CheckEnvelope(BoundJob job)
    {
        var spec = job.Spec.Federation.Algorithm;
        var length = spec.PersonalRate * spec.PfedmeLambda;
        if (length >= 2)
            job.Report("federation.algorithm.personal_rate",
                string.Create(CultureInfo.InvariantCulture, $"{ValueText.Of(spec.PersonalRate)} times federation.algorithm.pfedme_lambda {ValueText.Of(spec.PfedmeLambda)} is {length:G4}, and steps towards a client's own model lead away from it where that is 2 or more; use a rate below {2 / spec.PfedmeLambda:G3}, or a smaller λ."));
    }

    private static void CheckOwnSteps(BoundJob job, string algorithm)
    {
        var (training, why) = (job.Spec.Training, $"does not go with {algorithm}, which makes plain steps of its own; ");
        if (job.Sound("training.patience") && training.Patience is not null) job.Report("training.patience", why + "remove it.");
        if (!job.Sound("training.optimizer")) return;
        if (training.Optimizer.Name != OptimizerName.Sgd)
        {
            job.Report("training.optimizer.name", $"{ValueText.Of(training.Optimizer.Name)} {why}use sgd.");
            return;
        }
        if (training.Optimizer.Momentum > 0) job.Report("training.optimizer.momentum", $"{ValueText.Of(training.Optimizer.Momentum)} {why}remove it.");
        if (training.Optimizer.WeightDecay > 0) job.Report("training.optimizer.weight_decay", $"{ValueText.Of(training.Optimizer.WeightDecay)} {why}use training.l2, half as much.");
    }
}
