using Federated.Core.Jobs;

namespace Federated.Core.Algorithms.Asynchronous;

/// <summary>s(τ): what an update counts that started from the model of τ versions ago. From s(0) = 1 it never rises. The functions are those of Xie, Koyejo, Gupta, "Asynchronous Federated
/// Optimization", 2019, arXiv:1903.03934, on adaptive mixing; polynomial with a = 1/2 is also that of Nguyen et al. 2022, arXiv:2106.06639.</summary>
/// <param name="Function">Which one.</param>
/// <param name="Steepness">a: the exponent of polynomial, the slope of hinge; at least 0.</param>
/// <param name="Grace">b of hinge, at least 0.</param>
public sealed record StalenessDiscount(StalenessFunction Function, double Steepness, int Grace = 0)
{
    /// <summary>What a job asks for.</summary>
    public static StalenessDiscount Of(AsynchronousSpec spec) => spec.Staleness switch
    {
        StalenessFunction.Polynomial => new(spec.Staleness, spec.Exponent),
        StalenessFunction.Hinge => new(spec.Staleness, spec.Slope, spec.Grace),
        _ => new(spec.Staleness, 0),
    };

    /// <summary>s(τ), above 0 and at most 1.</summary>
    /// <param name="staleness">τ: versions that were made since the one that the update started from, at least 0.</param>
    public double At(int staleness)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(staleness);
        return Function switch
        {
            StalenessFunction.Polynomial => Math.Pow(1.0 + staleness, -Steepness),
            StalenessFunction.Hinge => staleness <= Grace ? 1 : 1 / ((Steepness * (staleness - Grace)) + 1),
            _ => 1,
        };
    }
}
