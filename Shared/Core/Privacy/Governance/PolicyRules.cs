using System.Globalization;
using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;

namespace Federated.Core.Privacy.Governance;

/// <summary>A policy whose values have been read.</summary>
internal sealed record BoundPolicy(PolicySpec Spec, IReadOnlyDictionary<string, int> Written, JobErrors Errors) : Bound(Written, Errors);

/// <summary>What one value of a policy alone cannot tell. A slip in a list of what is allowed forbids without a word, so names without '*' must be known ones.</summary>
internal static class PolicyRules
{
    /// <summary>Reports everything that cannot be meant.</summary>
    public static void Check(BoundPolicy policy)
    {
        var (spec, differential) = (policy.Spec, policy.Spec.Differential);
        CheckTexts(policy, "coordinators", spec.Coordinators, HostError);
        CheckNames(policy, "models.names", spec.Models.Names, NamedModels.Names);
        CheckTexts(policy, "models.sha256", spec.Models.Sha256, HashError);
        CheckNames(policy, "algorithms", spec.Algorithms, AlgorithmCatalog.Names);
        CheckNames(policy, "data.names", spec.Data.Names, DatasetCatalog.Names);
        CheckTexts(policy, "data.paths", spec.Data.Paths, _ => null);
        CheckTexts(policy, "data.clients", spec.Data.Clients, _ => null);
        CheckTexts(policy, "differential.mechanisms", differential.Mechanisms, MechanismError);
        if (spec.Models is { Own: false, Sha256: not null }) policy.Report("models.sha256", "has no effect with models.own false; remove one of them.");
        if (differential.Required && differential.Mechanisms is { Values.Length: 0 })
            policy.Report("differential.mechanisms", "an empty list allows no mechanism, and differential.required asks for one; no job can be both.");
        if (!policy.Sound("differential")) return;
        if (differential is { Colluding: not null, Mechanisms: { } mechanisms } && !mechanisms.Values.Contains(Words.Of(PrivacyMechanism.Distributed)))
            policy.Report("differential.colluding", "has no effect with differential.mechanisms, among which distributed is not; remove it or add that.");
        if (differential is { HasLimit: true, Delta: null }) policy.Report("differential.delta", "is missing; a limit on ε needs the δ at which it is counted, for example 1e-5.");
        if (differential is { HasLimit: false, Delta: not null }) policy.Report("differential.delta", "has no effect without epsilon_per_run or epsilon_total; remove it or add one of them.");
        if (differential.EpsilonPerRun > differential.EpsilonTotal)
            policy.Report("differential.epsilon_per_run", string.Create(CultureInfo.InvariantCulture,
                $"{differential.EpsilonPerRun} is above epsilon_total {differential.EpsilonTotal}, which ends a run earlier; allowed: at most that."));
    }

    private static void CheckNames(BoundPolicy policy, string path, TextList? patterns, IReadOnlyList<string> known) =>
        CheckTexts(policy, path, patterns, pattern => pattern.Contains('*', StringComparison.Ordinal) || known.Contains(pattern) ? null : Sentences.Unknown(pattern, known));

    private static void CheckTexts(BoundPolicy policy, string path, TextList? texts, Func<string, string?> error)
    {
        if (texts is null || !policy.Sound(path)) return;
        for (var i = 0; i < texts.Values.Length; i++)
        {
            var wrong = string.IsNullOrWhiteSpace(texts.Values[i]) ? "is empty; remove it." : error(texts.Values[i]);
            if (wrong is not null) policy.Report(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), wrong);
        }
    }

    private static string? HostError(string host) => host.Contains("//", StringComparison.Ordinal) || (host.Count(c => c == ':') == 1)
        ? $"'{JobErrors.Show(host)}' is no host; write its name or address alone, without scheme and port."
        : null;

    private static string? HashError(string hash) => hash.Length == 64 && hash.All(char.IsAsciiHexDigit) ? null : $"'{JobErrors.Show(hash)}' is no SHA-256; allowed: 64 hexadecimal digits.";

    private static string? MechanismError(string word)
    {
        string[] known = [.. Words.Of(typeof(PrivacyMechanism)).Select(mechanism => mechanism.Word).Where(known => known != Words.Of(PrivacyMechanism.None))];
        return known.Contains(word) ? null : Sentences.Unknown(word, known);
    }
}
