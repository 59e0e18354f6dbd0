using Federated.Core.Parameters;

namespace Federated.Wire.Streams;

/// <summary>A run's parameters as a coordinator handed them out.</summary>
/// <param name="Round">The round after which these are the parameters; 0 for the initial ones.</param>
/// <param name="Parameters">Verified against the hash that came with them.</param>
public sealed record ReceivedModel(int Round, ParameterVector Parameters);
