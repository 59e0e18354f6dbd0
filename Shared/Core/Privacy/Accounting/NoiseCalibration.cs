using System.Diagnostics.CodeAnalysis;

namespace Federated.Core.Privacy.Accounting;

/// <summary>The inverse of accounting: how much noise a promise needs.</summary>
public static class NoiseCalibration
{
    /// <summary>Smallest noise multiplier with which a plan stays within (ε, δ), by bisection to a relative 1e-4, rounded up. The guarantee that comes with it is the
    /// accountant's for that very multiplier, so its epsilon is at most the target.</summary>
    /// <param name="plan">The releases of the whole plan, given the noise multiplier z; more noise must not reveal more.</param>
    /// <param name="epsilon">Target ε, above 0, finite.</param>
    /// <param name="delta">δ, above 0 and below 1.</param>
    /// <param name="kind">How to reckon.</param>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon or delta is outside its range.</exception>
    public static CalibratedNoise NoiseMultiplier(Func<double, PrivacyLedger> plan, double epsilon, double delta, AccountantKind kind) => throw new NotImplementedException();
}

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
