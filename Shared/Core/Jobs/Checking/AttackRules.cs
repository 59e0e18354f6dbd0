using Federated.Core.Algorithms;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>Attackers can be told from others, and do what is defined for the job's algorithm.</summary>
internal static class AttackRules
{
    /// <summary>Checks the attack.</summary>
    public static void Check(BoundJob job)
    {
        if (!job.Sound("attack") || job.Spec.Attack.Kind == AttackKind.None) return;
        var (attack, kind) = (job.Spec.Attack, ValueText.Of(job.Spec.Attack.Kind));
        if (job.Sound("data.placement") && job.Spec.Data.Placement == Placement.Local)
            job.Report("attack.kind", $"{kind} is simulated on clients that all workers can train, so it needs data.placement shared; use that, or none.");
        if (!attack.Clients.Values.IsEmpty && job.Written.ContainsKey("attack.fraction")) job.Report("attack.fraction", "has no effect with attack.clients; keep one of them.");
        if (job.Spec.Federation.Aggregation.Root is { } root && attack.Clients.Values.Contains(root))
            job.Report("attack.clients", $"'{JobErrors.Show(root)}' is the client that federation.aggregation.root trusts; name others.");
        var isOfUpdates = attack.Kind is not AttackKind.LabelFlip;
        if (isOfUpdates && job.Sound("federation.algorithm.name") && AlgorithmCatalog.Find(job.Spec.Federation.Algorithm.Name) is { } algorithm
            && (algorithm.NotPlain ?? (algorithm.ClientKeeps == "nothing" ? null : "its clients keep a state")) is { } why)
            job.Report("attack.kind", $"{kind} is not defined for federation.algorithm.name {algorithm.Name}: {why}; use label_flip or another algorithm.");
    }
}
