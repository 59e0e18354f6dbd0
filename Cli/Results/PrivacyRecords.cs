using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>What a run may say of its differential privacy.</summary>
/// <param name="Epsilon">Of all rounds together; null where no guarantee is claimed.</param>
/// <param name="Delta">Its δ.</param>
/// <param name="Sentence">The guarantee and what it rests on, or why none is claimed.</param>
internal sealed record PrivacyClaimRecord(double? Epsilon, double Delta, string Sentence)
{
    public static PrivacyClaimRecord? From(PrivacyGuarantee? guarantee) =>
        guarantee is null ? null : new(guarantee.HasEpsilon ? guarantee.Epsilon : null, guarantee.Delta, guarantee.Sentence);
}

/// <summary>What a round cost of privacy.</summary>
/// <param name="Epsilon">Of all rounds up to this one; null where no guarantee is claimed.</param>
/// <param name="Delta">Its δ.</param>
/// <param name="NoiseMultiplier">z.</param>
/// <param name="Clip">C of the round.</param>
internal sealed record RoundPrivacyRecord(double? Epsilon, double Delta, double NoiseMultiplier, double Clip)
{
    public static RoundPrivacyRecord? From(RoundPrivacy? privacy) =>
        privacy is null ? null : new(privacy.HasEpsilon ? privacy.Epsilon : null, privacy.Delta, privacy.NoiseMultiplier, privacy.Clip);
}
