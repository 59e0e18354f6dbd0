using Federated.Core.Metrics;
using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>The wire form of <see cref="ClientSpread"/>.</summary>
public static class SpreadMapping
{
    /// <summary>The wire form; without Gini's coefficient where that is undefined.</summary>
    public static Spread ToProto(this ClientSpread spread)
    {
        var sent = new Spread { Clients = (uint)spread.Clients, OfLoss = spread.OfLoss, Mean = spread.Mean, WorstTenth = spread.WorstTenth, Variance = spread.Variance };
        if (spread.HasGini) sent.Gini = spread.Gini;
        return sent;
    }
}
