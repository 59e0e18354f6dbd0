using Federated.Core.Jobs;

namespace Federated.Core.Privacy.Accounting;

/// <summary>How losses of privacy are added up. Each gives an upper bound; the smaller one holds.</summary>
public enum AccountantKind
{
    /// <summary>Renyi differential privacy (Mironov 2017): takes every event, fast, somewhat loose.</summary>
    Renyi,

    /// <summary>Privacy loss distributions (Koskela et al. 2020; Doroshenko et al. 2022): tight up to a grid that rounds against us; takes Gaussian noise
    /// with or without sampling, not <see cref="Events.DiscreteGaussianSumEvent"/> and <see cref="Events.SkellamEvent"/>.</summary>
    [JobKey("pld")]
    LossDistribution,
}
