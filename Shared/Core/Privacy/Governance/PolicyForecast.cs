using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;

namespace Federated.Core.Privacy.Governance;

/// <summary>What a policy does with a job that it allows, for whoever writes either of them.</summary>
public static class PolicyForecast
{
    /// <summary>A sentence each, none where the policy takes nothing away.</summary>
    /// <param name="policy">A checked policy.</param>
    /// <param name="job">A checked job that <see cref="PolicyCheck.Job"/> has no reasons against.</param>
    public static ImmutableArray<string> Of(PolicySpec policy, JobSpec job)
    {
        var (sentences, disclose) = (ImmutableArray.CreateBuilder<string>(), policy.Disclose);
        var fate = disclose.Otherwise == Undisclosed.LeaveOut ? "leave without" : "are held back because of";
        if (!disclose.Validation && job.Data.Validation > 0) sentences.Add($"Updates {fate} loss and hits on the validation share (disclose.validation).");
        if (!disclose.Evaluation) sentences.Add("Tasks that evaluate are refused (disclose.evaluation).");
        else if (!disclose.Figures) sentences.Add($"Evaluations {fate} the sums for further figures (disclose.figures).");
        if (!disclose.Moments) sentences.Add("Tasks that sum up features, for a model that begins with normalize, are refused (disclose.moments).");
        if (!disclose.Reasons) sentences.Add("Reasons of failures stay here (disclose.reasons).");
        if (policy.Differential is { HasLimit: true, Delta: { } delta } limits && JobPrivacy.Of(job) is { Release: { } release } privacy)
        {
            var most = limits.EpsilonPerRun ?? limits.EpsilonTotal!.Value;
            var rounds = Rounds(count => SpentLedger.Epsilon(PrivacyLedger.Empty.Add(release, count), delta) <= most, privacy.Rounds);
            sentences.Add(rounds == privacy.Rounds
                ? Text($"A client that takes part in all {rounds} rounds{OfTrees(privacy, job)} spends ε = {SpentLedger.Epsilon(PrivacyLedger.Empty.Add(release, rounds), delta):0.###} at δ = {delta}, within {most}.")
                : Text($"A client takes part in {rounds} of the {privacy.Rounds} rounds{OfTrees(privacy, job)}; the next update would spend more than ε = {most} at δ = {delta}."));
        }
        return sentences.ToImmutable();
    }

    private static string OfTrees(JobPrivacy privacy, JobSpec job) => privacy.Rounds < job.Federation.Rounds ? " that can ask it" : "";

    // More rounds never spend less.
    private static int Rounds(Func<int, bool> within, int most)
    {
        var (low, high) = (0, most);
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            if (within(middle)) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
