namespace Federated.Core.Algorithms;

/// <summary>What local training was.</summary>
/// <param name="Sums">Loss and hits summed over all steps, by the model as it was at each step and without the algorithm's term.</param>
/// <param name="Steps">Steps of the optimiser, at least 1.</param>
/// <param name="Rates">The steps' learning rates, summed: K η where the rate is constant.</param>
public readonly record struct LocalTraining(MetricSums Sums, int Steps, double Rates);
