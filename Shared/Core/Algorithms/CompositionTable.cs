using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Federated.Core.Jobs;

namespace Federated.Core.Algorithms;

/// <summary>What goes with what, for docs/algorithms.md: found by asking the checks of jobs, so that the page cannot promise what they refuse. The committed page is compared with it by a test.</summary>
public static class CompositionTable
{
    // Enough updates for every rule that is asked about, and plain steps, which every algorithm that steps can take.
    private static readonly ImmutableArray<string> Always = ["data.clients=20", "federation.cohort.minimum=10"];
    private const string PlainSteps = "training.optimizer={name: sgd, learning_rate: 0.05}";

    private static readonly ImmutableArray<(string Name, string[] Keys)> Parts =
    [
        ("fedavgm, fedadam ...", ["federation.algorithm.server.optimizer=fedadam", "federation.algorithm.server_learning_rate=0.01"]),
        ("`norm_bound`", ["federation.aggregation={rule: norm_bound, bound: 1}"]),
        ("other robust rules", ["federation.aggregation={rule: trimmed_mean, attackers: 1}"]),
        ("`cohort.fraction` below 1", ["federation.cohort.fraction=0.5"]),
        ("selection `weighted`", ["federation.cohort.fraction=0.5", "federation.cohort.selection.kind=weighted"]),
        ("`semi_synchronous`", ["federation.mode=semi_synchronous"]),
        ("`fedbuff`", ["federation.mode=fedbuff"]),
        ("`fedasync`", ["federation.mode=fedasync", "federation.cohort.minimum=1"]),
        ("`secure_aggregation`", ["privacy.secure_aggregation.enabled=true"]),
        ("attacks on updates", ["attack={kind: sign_flip, fraction: 0.2}"]),
        ("privacy `central`", ["privacy.differential={mechanism: central, noise_multiplier: 1, delta: 1e-3}"]),
        ("privacy `tree`", ["federation.cohort={minimum: 10, fraction: 0.5, selection: {kind: round_robin}}", "privacy.differential={mechanism: tree, noise_multiplier: 1, delta: 1e-3}"]),
        ("privacy `local`", ["privacy.differential={mechanism: local, noise_multiplier: 1, delta: 1e-3}"]),
        ("privacy `distributed`", ["privacy={secure_aggregation: {enabled: true}, differential: {mechanism: distributed, noise_multiplier: 1, delta: 1e-3}}"]),
        ("privacy `example`", ["privacy.differential={mechanism: example, noise_multiplier: 1}"]),
    ];

    /// <summary>The table in Markdown with the reasons below it, each line ended by LF.</summary>
    public static string Write()
    {
        var reasons = new List<string>();
        var text = new StringBuilder("| with |").AppendJoin(" |", Parts.Select(part => $" {part.Name}")).Append(" |\n|---|").AppendJoin("", Parts.Select(_ => "---|")).Append('\n');
        foreach (var name in AlgorithmCatalog.Names)
            text.Append("| `").Append(name).Append("` | ").AppendJoin(" | ", Parts.Select(part => Cell(name, part.Keys, reasons))).Append(" |\n");
        text.Append('\n');
        foreach (var (place, reason) in reasons.Index()) text.Append(CultureInfo.InvariantCulture, $"{place + 1}. {reason}\n");
        return text.ToString();
    }

    private static string Cell(string algorithm, string[] keys, List<string> reasons)
    {
        var errors = JobReader.Read(DefaultJob.Yaml, [.. Always, .. algorithm == FedSgd.Info.Name ? [] : new[] { PlainSteps }, $"federation.algorithm.name={algorithm}", .. keys]).Errors;
        if (errors.IsEmpty) return "yes";
        var numbers = errors.Select(error => Reason(AlgorithmCatalog.Find(algorithm), error)).Distinct().Select(reason =>
        {
            if (!reasons.Contains(reason)) reasons.Add(reason);
            return reasons.IndexOf(reason) + 1;
        });
        return string.Create(CultureInfo.InvariantCulture, $"no ({string.Join(", ", numbers)})");
    }

    // What several checks say with the same words is said once.
    private static string Reason(AlgorithmInfo algorithm, JobError error) =>
        algorithm.NotMasked is { } open && error.Message.Contains(open, StringComparison.Ordinal) ? $"{char.ToUpperInvariant(open[0])}{open[1..]}."
        : algorithm.NotPlain is { } why && error.Message.Contains(why, StringComparison.Ordinal) ? $"{char.ToUpperInvariant(why[0])}{why[1..]}."
        : algorithm.KeepsClientState && error.Message.Contains("keep a state", StringComparison.Ordinal) ? "Its clients keep a state that belongs to one round."
        : $"`{error.Path}`: {error.Message}";
}
