using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Aggregation;

/// <summary>What a job's aggregation asks of a round: how many updates, and whose; and what it takes of memory.</summary>
/// <param name="spec">The aggregation.</param>
public sealed class AggregationFit(AggregationSpec spec)
{
    private const string Krum = "n ≥ 2 f + 3";

    /// <summary>The client whose update every round needs; null where there is none.</summary>
    public string? Root => spec.Rule == AggregationRule.FlTrust ? spec.Root : null;

    /// <summary>Whether all updates of a round are kept until it closes.</summary>
    public bool Keeps => spec.Rule is not (AggregationRule.Mean or AggregationRule.NormBound) || spec.Bucketing > 1;

    /// <summary>Whether it must see single updates, each a change of one model.</summary>
    public bool SeesUpdates => spec.Rule != AggregationRule.Mean;

    /// <summary>Fewest updates of a round.</summary>
    public int Least
    {
        get
        {
            var (least, _) = Needs();
            var root = Root is null ? 0 : 1;
            return checked((least - root - 1) * spec.Bucketing + 1 + root);
        }
    }

    /// <summary>Why a round with some updates cannot be aggregated, as a sentence with the inequality; null where it can.</summary>
    public string? TooFew(int updates)
    {
        if (updates >= Least) return null;
        var (least, inequality) = Needs();
        if (inequality.Length == 0) return $"{Words.Of(spec.Rule)} needs an update, and there is none.";
        var needs = $"{Words.Of(spec.Rule)} with attackers {spec.Attackers} needs {inequality} = {least}";
        return spec.Bucketing == 1
            ? $"{needs} updates, and there are {updates}."
            : $"{needs} buckets of {spec.Bucketing} updates{(Root is null ? "" : ", the trusted one apart")}, which is {Least} updates, and there are {updates}.";
    }

    /// <summary>What a round's updates take of the coordinator's memory, as a sentence; null where that does not grow with them.</summary>
    /// <param name="updates">Of a round; null where that is not known yet.</param>
    /// <param name="values">U, values of an update; null where that is not known yet.</param>
    public string? Memory(int? updates, int? values)
    {
        if (!Keeps) return null;
        // Of buckets only those of more than one update are made.
        var vectors = updates is { } n ? n + (spec.Bucketing > 1 ? Buckets(n) : 0) : (int?)null;
        var of = spec.Bucketing > 1 ? "updates and buckets" : "updates";
        var what = $"{Words.Of(spec.Rule)} keeps all updates of a round";
        return vectors is { } known && values is { } count
            ? string.Create(CultureInfo.InvariantCulture, $"{what}: {known:N0} {of} of {count:N0} values of 4 bytes are {Bytes(4.0 * known * count)} of the coordinator's memory.")
            : string.Create(CultureInfo.InvariantCulture, $"{what}: 4 bytes × the model's values × {(vectors is { } some ? $"{some:N0} {of}" : $"the number of {of}")} of the coordinator's memory.");
    }

    private int Buckets(int updates) => (updates + spec.Bucketing - 1) / spec.Bucketing;

    private (int Least, string Inequality) Needs()
    {
        var f = spec.Attackers;
        return spec.Rule switch
        {
            AggregationRule.Mean or AggregationRule.NormBound => (1, ""),
            AggregationRule.Krum => (2 * f + 3, Krum),
            AggregationRule.MultiKrum when spec.Select is { } m && m + f > 2 * f + 3 => (m + f, "n ≥ m + f"),
            AggregationRule.MultiKrum => (2 * f + 3, Krum),
            AggregationRule.Bulyan => (4 * f + 3, "n ≥ 4 f + 3"),
            AggregationRule.FlTrust => (f + 2, "n ≥ f + 2"),
            _ => (2 * f + 1, "n ≥ 2 f + 1"),
        };
    }

    private static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} bytes"),
    };
}
