using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>A key that is written has an effect: options of another optimiser, partition or data set are slips, and are refused.</summary>
internal static class EffectRules
{
    /// <summary>Checks every key that was written.</summary>
    public static void Check(BoundJob job)
    {
        var above = "\0";   // no path begins like this
        foreach (var (path, field) in JobFields.All)
        {
            if (!job.Written.ContainsKey(path) || path.StartsWith(above, StringComparison.Ordinal)) continue;
            if (JobFields.Unmet(job.Spec, field) is not { } condition || !job.Sound(condition.Path)) continue;
            var value = JobFields.Get(job.Spec, path);
            if (condition.DefaultIsFine && Equals(value, field.Default)) continue;
            // Keys below would only say the same once more.
            above = path + ".";
            var now = ValueText.Of(JobFields.Get(job.Spec, condition.Path));
            if (field.Reasons.FirstOrDefault(reason => reason.Path == condition.Path && reason.Value == now) is { } other)
            {
                job.Report(path, $"does not go with {other.Path} {now}: {other.Why}; remove it, or use {Words.List(condition.Values)}.");
                continue;
            }
            var when = condition.Not ? "" : $", only with {Words.List(condition.Values)}";
            var remedy = condition.DefaultIsFine ? $"remove it or write {ValueText.Of(field.Default)}" : "remove it";
            job.Report(path, $"has no effect with {condition.Path} {now}{when}; {remedy}.");
        }
    }
}
