using System.Globalization;
using System.Text.Json.Serialization;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>How differently single clients fare, see docs/metrics.md. Property names are the keys in snake_case.</summary>
/// <param name="Of">accuracy or loss.</param>
/// <param name="Clients">That were measured.</param>
/// <param name="Mean">Each client counts alike.</param>
/// <param name="WorstTenth">Mean of the worst tenth of them.</param>
/// <param name="Variance">Of their values.</param>
/// <param name="Gini">Gini's coefficient; null where it is undefined.</param>
internal sealed record SpreadRecord(string Of, uint Clients, double Mean, double WorstTenth, double Variance, double? Gini)
{
    /// <summary>For people, without its subject.</summary>
    [JsonIgnore]
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"{Of} {Format.Measure(Mean)} of {Clients} clients alike, worst tenth {Format.Measure(WorstTenth)}, variance {Format.Measure(Variance)}, Gini {Format.Measure(Gini)}");

    /// <summary>What travelled; null where there is none, or it is no number.</summary>
    public static SpreadRecord? From(Spread? spread) =>
        spread is { Clients: > 0 } && double.IsFinite(spread.Mean) && double.IsFinite(spread.WorstTenth) && double.IsFinite(spread.Variance)
            ? new(spread.OfLoss ? "loss" : "accuracy", spread.Clients, spread.Mean, spread.WorstTenth, spread.Variance, spread.HasGini && double.IsFinite(spread.Gini) ? spread.Gini : null)
            : null;
}
