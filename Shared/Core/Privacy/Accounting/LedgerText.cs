using System.Text.Json;
using System.Text.Json.Nodes;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Accounting;

/// <summary>Ledgers as JSON, for journals, files and the wire: <c>[{"event":"poisson","count":200,"rate":0.01,"noise":1.1}]</c>. Numbers come back to the bit.
/// Reading treats the text as hostile.</summary>
public static class LedgerText
{
    private const int MaxLength = 1 << 20;

    /// <summary>The text of a ledger, on one line.</summary>
    public static string Write(PrivacyLedger ledger) => new JsonArray([.. ledger.Entries.Select(Write)]).ToJsonString();

    /// <summary>Reads what <see cref="Write(PrivacyLedger)"/> wrote, up to 2^20 characters.</summary>
    public static LedgerRead Read(string text)
    {
        if (text.Length > MaxLength) return new(null, $"A ledger of {text.Length} characters is longer than {MaxLength}.");
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = 4 });
            var ledger = PrivacyLedger.Empty;
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                var count = entry.GetProperty("count").GetInt64();
                if (count < 1) return new(null, $"A ledger's counts are at least 1, not {count}.");
                ledger = ledger.Add(Event(entry), count);
            }
            return new(ledger, null);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return new(null, $"Not a ledger: {wrong.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static JsonNode Write(LedgerEntry entry) => entry.Event switch
    {
        GaussianEvent e => new JsonObject { ["event"] = "gaussian", ["count"] = entry.Count, ["noise"] = e.NoiseMultiplier, ["replace"] = e.Adjacency == Adjacency.ReplaceOne },
        PoissonSampledEvent e => new JsonObject { ["event"] = "poisson", ["count"] = entry.Count, ["rate"] = e.SamplingRate, ["noise"] = e.NoiseMultiplier },
        FixedSizeEvent e => new JsonObject { ["event"] = "fixed-size", ["count"] = entry.Count, ["sample"] = e.SampleSize, ["population"] = e.Population, ["noise"] = e.NoiseMultiplier },
        TreeEvent e => new JsonObject
        {
            ["event"] = "tree",
            ["count"] = entry.Count,
            ["noise"] = e.NoiseMultiplier,
            ["leaves"] = e.Leaves,
            ["participations"] = e.Participations,
            ["separation"] = e.Separation,
        },
        DiscreteGaussianSumEvent e => new JsonObject
        {
            ["event"] = "discrete-gaussian-sum",
            ["count"] = entry.Count,
            ["summands"] = e.Summands,
            ["variance"] = e.VarianceEach,
            ["l2"] = e.L2,
            ["l1"] = e.L1,
            ["dimension"] = e.Dimension,
        },
        SkellamEvent e => new JsonObject { ["event"] = "skellam", ["count"] = entry.Count, ["variance"] = e.Variance, ["l2"] = e.L2, ["l1"] = e.L1 },
        _ => throw new ArgumentException($"No text stands for {entry.Event}.", nameof(entry)),
    };

    private static PrivacyEvent Event(JsonElement entry)
    {
        return entry.GetProperty("event").GetString() switch
        {
            "gaussian" => new GaussianEvent(Number("noise"), entry.GetProperty("replace").GetBoolean() ? Adjacency.ReplaceOne : Adjacency.AddOrRemoveOne),
            "poisson" => new PoissonSampledEvent(Number("rate"), Number("noise")),
            "fixed-size" => new FixedSizeEvent(Whole("sample"), Whole("population"), Number("noise")),
            "tree" => new TreeEvent(Number("noise"), Whole("leaves"), Whole("participations"), Whole("separation")),
            "discrete-gaussian-sum" => new DiscreteGaussianSumEvent(entry.GetProperty("summands").GetInt32(), Number("variance"), Number("l2"), Number("l1"), Whole("dimension")),
            "skellam" => new SkellamEvent(Number("variance"), Number("l2"), Number("l1")),
            var other => throw new FormatException($"\"{other}\" is no event."),
        };

        double Number(string name) => entry.GetProperty(name).GetDouble();

        long Whole(string name) => entry.GetProperty(name).GetInt64();
    }
}
