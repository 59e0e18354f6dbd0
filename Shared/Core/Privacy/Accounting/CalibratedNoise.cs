using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Privacy.Accounting;

/// <summary>What calibration gave: a multiplier with its guarantee, or why there is none.</summary>
/// <param name="NoiseMultiplier">z; NaN when there is a refusal.</param>
/// <param name="Guarantee">What the plan keeps with it; null when there is a refusal.</param>
/// <param name="Refusal">One sentence; null when there is a guarantee.</param>
public sealed record CalibratedNoise(double NoiseMultiplier, Guarantee? Guarantee, string? Refusal)
{
    /// <summary>True when there is a multiplier.</summary>
    [MemberNotNullWhen(true, nameof(Guarantee))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Ok => Guarantee is not null;
}
