namespace Federated.Core.Privacy.Accounting;

/// <summary>The inverse of accounting: how much noise a promise needs.</summary>
public static class NoiseCalibration
{
    private const double Precision = 1e-4;
    private const double Most = 1L << 40;
    private const double Least = 1.0 / (1 << 10);

    /// <summary>Smallest noise multiplier with which a plan stays within (ε, δ), to a relative 1e-4, rounded up. The guarantee that comes with it is the
    /// accountant's for that very multiplier, so its epsilon is at most the target. At least 2^-10: less noise is no noise.</summary>
    /// <param name="plan">The releases of the whole plan, given the noise multiplier z; more noise must not reveal more.</param>
    /// <param name="epsilon">Target ε, above 0, finite.</param>
    /// <param name="delta">δ, above 0 and below 1.</param>
    /// <param name="kind">How to reckon.</param>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon or delta is outside its range.</exception>
    public static CalibratedNoise NoiseMultiplier(Func<double, PrivacyLedger> plan, double epsilon, double delta, AccountantKind kind)
    {
        if (!double.IsFinite(epsilon) || epsilon <= 0) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Epsilon must be above 0 and finite.");
        var start = kind == AccountantKind.Renyi ? 1 : NoiseMultiplier(plan, epsilon, delta, AccountantKind.Renyi) is { Ok: true } loose ? loose.NoiseMultiplier : 1;
        // Enough noise, found upwards; then too little, downwards.
        var enough = Attempt(plan, start, delta, kind);
        if (enough.Guarantee is null) return new(double.NaN, null, enough.Refusal);
        while (enough.Guarantee!.Epsilon > epsilon)
        {
            if (enough.NoiseMultiplier >= Most)
                return new(double.NaN, null, $"No amount of noise gives epsilon {epsilon:g6} at delta {delta:g6}: with a noise multiplier of {enough.NoiseMultiplier:g3} it is still {enough.Guarantee!.Epsilon:g6}.");
            enough = Attempt(plan, enough.NoiseMultiplier * 2, delta, kind);
        }
        var tooLittle = Attempt(plan, enough.NoiseMultiplier * (kind == AccountantKind.Renyi ? 0.5 : 0.8), delta, kind);
        while (tooLittle.Guarantee!.Epsilon <= epsilon)
        {
            if (tooLittle.NoiseMultiplier <= Least) return tooLittle;
            (enough, tooLittle) = (tooLittle, Attempt(plan, tooLittle.NoiseMultiplier / 2, delta, kind));
        }
        for (var turn = 0; enough.NoiseMultiplier > tooLittle.NoiseMultiplier * (1 + Precision); turn++)
        {
            var middle = Attempt(plan, Between(tooLittle, enough, epsilon, turn), delta, kind);
            if (middle.Guarantee!.Epsilon > epsilon) tooLittle = middle;
            else enough = middle;
        }
        return enough;
    }

    private static CalibratedNoise Attempt(Func<double, PrivacyLedger> plan, double multiplier, double delta, AccountantKind kind)
    {
        var claim = PrivacyAccountant.Epsilon(plan(multiplier), delta, kind);
        return new(multiplier, claim.Guarantee, claim.Refusal);
    }

    // log ε is nearly linear in log z: aim a little to either side of where a line meets the target, which closes in from both; every third step halves, in case it is not.
    private static double Between(CalibratedNoise low, CalibratedNoise high, double epsilon, int turn)
    {
        var (from, to) = (Math.Log(low.NoiseMultiplier), Math.Log(high.NoiseMultiplier));
        var (above, below) = (Math.Log(low.Guarantee!.Epsilon / epsilon), Math.Log(epsilon / high.Guarantee!.Epsilon));
        var share = above / (above + below);
        if (turn % 3 == 2 || !double.IsFinite(share)) return Math.Exp((from + to) / 2);
        var aim = from + share * (to - from) + (turn % 3 == 0 ? 0.4 : -0.4) * Precision;
        var margin = Math.Min(0.3 * Precision, (to - from) / 4);
        return Math.Exp(Math.Clamp(aim, from + margin, to - margin));
    }
}
