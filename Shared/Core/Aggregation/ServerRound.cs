using Federated.Core.Algorithms;
using Federated.Core.Privacy.Differential;

namespace Federated.Core.Aggregation;

/// <summary>From a round's updates to the next state of the server.</summary>
public static class ServerRound
{
    /// <summary>The slot of what the last round came to, for rules that go on from it.</summary>
    public const string Center = "aggregation.center";

    /// <summary>Before the round's first update.</summary>
    /// <param name="aggregate">Empty.</param>
    /// <param name="server">State after the previous round.</param>
    /// <param name="leaf">Where noise is that of trees, which round below its tree it is, from 1.</param>
    public static void Open(IUpdateAggregate aggregate, ServerState server, long leaf = 1)
    {
        if (aggregate is NoisySum noisy) noisy.Open(server, leaf);
    }

    /// <summary>Aggregates, empties the aggregate and lets the server half make its step.</summary>
    /// <param name="aggregate">With the round's updates.</param>
    /// <param name="algorithm">The server half.</param>
    /// <param name="server">State after the previous round.</param>
    /// <param name="facts">Whose updates these are.</param>
    /// <exception cref="InvalidOperationException">The rule is undefined for these updates.</exception>
    public static ServerState Close(IUpdateAggregate aggregate, IFederatedAlgorithm algorithm, ServerState server, RoundFacts facts)
    {
        var values = new float[aggregate.Length];
        TreeNoise? noise = null;
        switch (aggregate)
        {
            case NoisySum noisy:
                noise = noisy.Release(values, facts.Clients);
                break;
            case ICenteredAggregate centered:
                centered.Aggregate(values, server.Round + 1, server.Slots.GetValueOrDefault(Center));
                break;
            default:
                aggregate.Aggregate(values, server.Round + 1);
                break;
        }
        aggregate.Clear();
        var next = algorithm.Apply(server, values, facts);
        return noise is not null ? next with { Slots = noise.Write(next.Slots) }
            : aggregate is ICenteredAggregate ? next with { Slots = next.Slots.SetItem(Center, values) }
            : next;
    }
}
