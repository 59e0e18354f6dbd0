namespace Federated.Engine.Data;

/// <summary>What one epoch trains on.</summary>
/// <param name="Examples">Where from.</param>
/// <param name="Order">Which, in the order of training.</param>
public sealed record EpochExamples(ExampleSet Examples, int[] Order);
