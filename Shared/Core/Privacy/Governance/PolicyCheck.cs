using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;
using Federated.Core.Privacy.Accounting;

namespace Federated.Core.Privacy.Governance;

/// <summary>Decides by a policy. Pure: what a peer claims of itself is an argument, and what was spent is the <see cref="SpentLedger"/>'s question. A reason is a sentence that
/// names the key of the job, its value, and the key of the policy.</summary>
public static class PolicyCheck
{
    /// <summary>Why a job is not taken part in; every reason at once, none where it is.</summary>
    /// <param name="policy">A checked policy.</param>
    /// <param name="job">A checked job, as this worker itself has read it.</param>
    public static ImmutableArray<string> Job(PolicySpec policy, JobSpec job)
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        CheckModel(reasons, policy.Models, job.Model);
        Require(reasons, "federation.algorithm.name", job.Federation.Algorithm.Name, "algorithms", policy.Algorithms);
        Require(reasons, "data.name", job.Data.Name, "data.names", policy.Data.Names);
        if (job.Data.Path is { } path) Require(reasons, "data.path", path, "data.paths", policy.Data.Paths);
        if (job.Federation.Rounds > policy.Rounds) reasons.Add(Text($"federation.rounds is {job.Federation.Rounds}: the policy allows at most {policy.Rounds} (rounds)."));
        if (job.Federation.Cohort.Minimum < policy.Cohort)
            reasons.Add(Text($"federation.cohort.minimum is {job.Federation.Cohort.Minimum}: the policy asks for at least {policy.Cohort} (cohort)."));
        CheckPrivacy(reasons, policy, JobPrivacy.Of(job));
        return reasons.ToImmutable();
    }

    /// <summary>Why a client takes no part; null where it does.</summary>
    public static string? Client(PolicySpec policy, string client) => policy.Data.Clients is { } clients && !NamePattern.MatchesAny(clients.Values, client)
        ? $"Client '{client}' is not offered: the policy offers {List(clients)} (data.clients)."
        : null;

    /// <summary>Why a host is no coordinator of this worker; null where it may be.</summary>
    /// <param name="policy">A checked policy.</param>
    /// <param name="host">A name or address, without a port.</param>
    public static string? Coordinator(PolicySpec policy, string host) =>
        policy.Coordinators is { } hosts && !NamePattern.MatchesAny(hosts.Values, host, StringComparison.OrdinalIgnoreCase)
            ? $"'{host}' may not be this worker's coordinator: the policy allows {List(hosts)} (coordinators)."
            : null;

    private static void CheckModel(ImmutableArray<string>.Builder reasons, ModelPolicy policy, ModelSpec model)
    {
        if (model.Name is { } name) Require(reasons, "model.name", name, "models.names", policy.Names);
        else if (!model.IsOwn && !policy.Layers) reasons.Add("model.layers lists the model: the policy does not allow that (models.layers).");
        if (!model.IsOwn) return;
        if (!policy.Own) reasons.Add($"{(model.Assembly is null ? "model.torchscript" : "model.assembly")} is a model of the job's own: the policy allows none (models.own).");
        else if (policy.Sha256 is { } && model.Sha256 is null) reasons.Add("model.sha256 is missing: the policy allows own models by their SHA-256 alone (models.sha256).");
        else if (policy.Sha256 is { } files && !files.Values.Contains(model.Sha256!, StringComparer.OrdinalIgnoreCase))
            reasons.Add($"model.sha256 is {model.Sha256}: it is none of the files that the policy allows (models.sha256).");
    }

    private static void CheckPrivacy(ImmutableArray<string>.Builder reasons, PolicySpec policy, JobPrivacy job)
    {
        var differential = policy.Differential;
        if (policy.SecureAggregation.Required && !job.SecureAggregation)
            reasons.Add("privacy.secure_aggregation.enabled is false: the policy lets only masked updates leave (secure_aggregation.required).");
        else if (!policy.Disclose.Training && !job.SecureAggregation)
            reasons.Add("privacy.secure_aggregation.enabled is false: an update that is not masked tells the loss of its training, which the policy does not let leave (disclose.training).");
        if (policy.SecureAggregation.Identities && job is { SecureAggregation: true, Identities: false })
            reasons.Add("privacy.secure_aggregation.require_identities is false: the policy asks that clients sign (secure_aggregation.identities).");
        if (!policy.Disclose.LabelCounts && job.LabelCounts)
            reasons.Add("privacy.secure_aggregation.label_counts is true: the policy does not let leave how many examples of each class a client has, masked or not (disclose.label_counts).");
        if (job.Mechanism is null)
        {
            if (differential.Required || differential.HasLimit)
                reasons.Add($"privacy.differential.mechanism is none: the policy asks for differential privacy ({(differential.Required ? "differential.required" : "a limit on ε")}).");
            return;
        }
        Require(reasons, "privacy.differential.mechanism", job.Mechanism, "differential.mechanisms", differential.Mechanisms);
        if (job.Colluding < differential.Colluding)
            reasons.Add(Text($"privacy.differential.colluding is {job.Colluding}: the policy asks for at least {differential.Colluding} (differential.colluding)."));
        if (!differential.HasLimit) return;
        if (job.Release is null)
            reasons.Add($"privacy.differential.mechanism {job.Mechanism}: this worker cannot tell what an update gives away of the client as a whole, and the policy limits ε (differential).");
        else if (SpentLedger.Epsilon(PrivacyLedger.Empty.Add(job.Release), differential.Delta!.Value) is var epsilon && Least(differential) is var (limit, key) && !(epsilon <= limit))
            reasons.Add(Text($"{job.Sentence}: a single update spends ε = {epsilon:0.###} at δ = {differential.Delta}; the policy allows {limit} ({key})."));
    }

    // A run's limit is never above that of all runs.
    private static (double Limit, string Key) Least(DifferentialPolicy policy) =>
        policy.EpsilonPerRun is { } run ? (run, "differential.epsilon_per_run") : (policy.EpsilonTotal!.Value, "differential.epsilon_total");

    private static void Require(ImmutableArray<string>.Builder reasons, string key, string value, string policyKey, TextList? allowed)
    {
        if (allowed is not null && !NamePattern.MatchesAny(allowed.Values, value)) reasons.Add($"{key} is {value}: the policy allows {List(allowed)} ({policyKey}).");
    }

    private static string List(TextList texts) => texts.Values.IsEmpty ? "none" : Words.List(texts.Values);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
