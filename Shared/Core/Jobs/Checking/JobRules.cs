using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>What one value alone cannot tell: rules between keys. A rule is silent where a value that it needs could not be read.</summary>
internal static class JobRules
{
    /// <summary>Reports everything that does not go together.</summary>
    public static void Check(BoundJob job)
    {
        EffectRules.Check(job);
        ModelRules.Check(job);
        DataRules.Check(job);
        TrainingRules.Check(job);
        CorrectionRules.Check(job);
        SelectionRules.Check(job);
        AggregationRules.Check(job);
        AttackRules.Check(job);
        ModeRules.Check(job);
        EvaluationRules.Check(job);
        SecureAggregationRules.Check(job);
        PrivacyRules.Check(job);
    }
}
