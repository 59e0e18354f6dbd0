using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Tests.Algorithms;

/// <summary>Facts of rounds.</summary>
internal static class RoundOf
{
    /// <summary>For server halves that look at nothing but the mean.</summary>
    public static readonly RoundFacts Nobody = new(ImmutableSortedDictionary.Create<string, UpdateFacts>(StringComparer.Ordinal), 0);

    /// <summary>Of clients with some examples and a mean training loss each.</summary>
    public static RoundFacts Losses(params (long Examples, double Loss)[] clients) => new(clients.Index()
        .ToImmutableSortedDictionary(client => $"client-{client.Index}", client => new UpdateFacts(client.Item.Examples, new(1, client.Item.Loss, 0), null, 0), StringComparer.Ordinal), clients.Length);
}
