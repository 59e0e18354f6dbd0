namespace Federated.Core.Algorithms.Server;

/// <summary>The server half of an algorithm: what the mean of a cohort's updates does to the model. Reddi, Charles, Zaheer, Garrett, Rush, Konečný, Kumar,
/// McMahan, "Adaptive Federated Optimization", ICLR 2021, arXiv:2003.00295, algorithm 1: the mean update Δ takes the part of a negative gradient.
/// Implementations hold only options, are immutable and may be shared between threads; products and sums are rounded each, so that every processor gives
/// the same bits. Running statistics of the model are no weights: their mean is added as it is.</summary>
public interface IServerOptimizer
{
    /// <summary>Vectors of shape [P] that it carries from round to round, with their values before the first; most have none.</summary>
    /// <param name="count">P.</param>
    IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> Slots(int count);

    /// <summary>One step.</summary>
    /// <param name="state">After the previous round, with this optimiser's slots. Not changed.</param>
    /// <param name="mean">Δ, shape [P], finite.</param>
    /// <param name="rate">The round's server learning rate η, at least 0.</param>
    ServerState Step(ServerState state, ReadOnlySpan<float> mean, double rate);
}
