using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Tests.Algorithms;

/// <summary>Facts of rounds.</summary>
internal static class RoundOf
{
    /// <summary>For server halves that look at nothing but the mean.</summary>
    public static readonly RoundFacts Nobody = new(ImmutableSortedDictionary.Create<string, UpdateFacts>(StringComparer.Ordinal), 0);
}
