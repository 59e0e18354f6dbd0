namespace Federated.Core.Privacy.Accounting.LossDistributions;

/// <summary>A release as loss distributions see it: the sampled Gaussian mechanism for sensitivity 1, some number of times.</summary>
/// <param name="Rate">q in (0, 1].</param>
/// <param name="Sigma">Noise divided by the sensitivity, above 0.</param>
/// <param name="Count">How often.</param>
internal sealed record SampledRelease(double Rate, double Sigma, long Count);
