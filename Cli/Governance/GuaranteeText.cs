using System.Globalization;
using Federated.Worker.Governance;

namespace Federated.Cli.Governance;

/// <summary>The guarantees of an update for people.</summary>
internal static class GuaranteeText
{
    /// <summary>As in "masked; local noise 1.1 x clip 0.5; ε 2.31 in the run, 4.02 in all (δ 1E-05)".</summary>
    public static string Of(AuditGuarantee guarantee)
    {
        var parts = new List<string> { guarantee.SecureAggregation ? "masked" : "in the clear" };
        if (guarantee.Mechanism is { } mechanism)
            parts.Add(guarantee.NoiseMultiplier is { } noise ? Text($"{mechanism} noise {noise} x clip {guarantee.Clip}") : Text($"{mechanism} noise, clip {guarantee.Clip}"));
        if (guarantee is { EpsilonRun: { } run, EpsilonTotal: { } total }) parts.Add(Text($"ε {run:0.###} in the run, {total:0.###} in all (δ {guarantee.Delta})"));
        return string.Join("; ", parts);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
