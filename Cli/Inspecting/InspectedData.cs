using Federated.Core.Partitioning;
using Federated.Engine.Data;

namespace Federated.Cli.Inspecting;

/// <summary>What <c>data inspect</c> found, for programs. Property names are the keys in snake_case.</summary>
/// <param name="Name">The value of data.name.</param>
/// <param name="Objective">What is learnt from it.</param>
/// <param name="Input">Shape of one example.</param>
/// <param name="Output">Shape that a model's last layer must give.</param>
/// <param name="Vocabularies">Sizes of the vocabularies, where the input is symbols.</param>
/// <param name="ClassNames">Where classes have names.</param>
/// <param name="Train">Training examples.</param>
/// <param name="Test">Test examples.</param>
/// <param name="Clients">How they are spread.</param>
/// <param name="Unusable">Clients whose data cannot be used, and why.</param>
/// <param name="Distance">Mean total variation between a client's label mix and that of all; null without labels.</param>
internal sealed record InspectedData(
    string Name, string Objective, IReadOnlyList<int> Input, IReadOnlyList<int> Output, IReadOnlyList<int> Vocabularies, IReadOnlyList<string> ClassNames, int Train, int Test,
    IReadOnlyList<InspectedClient> Clients, IReadOnlyList<ClientFault> Unusable, double? Distance)
{
    /// <param name="name">The value of data.name.</param>
    /// <param name="data">As it was read and divided.</param>
    public static InspectedData Of(string name, FederatedData data)
    {
        var (shape, classes) = (data.Shape, data.Shape.Classes);
        ClientShare[] shares = [.. data.Clients.Where(client => client.Train.Length > 0).Select(client => new ClientShare(client.Id, client.Train))];
        var statistics = classes > 0 && shares.Length > 0 ? PartitionStatistics.Of([.. shares], data.Train.Labels, classes) : null;
        var counts = shares.Zip(statistics?.Histograms ?? [], (share, histogram) => (share.Id, histogram)).ToDictionary(pair => pair.Id, pair => pair.histogram);
        return new(
            name, shape.Objective.ToString(), shape.Input, shape.Output, shape.Vocabularies, shape.ClassNames, data.Train.Count, data.Test.Count,
            [.. data.Clients.Select(client => new InspectedClient(
                client.Id, client.Train.Length, client.Validation.Length, client.Test.Length, counts.TryGetValue(client.Id, out var labels) ? labels : []))],
            data.Faults,
            statistics?.MeanTotalVariation);
    }
}

/// <summary>One client's share.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Examples">That it trains on.</param>
/// <param name="Validation">That it keeps for validation.</param>
/// <param name="Test">That it owns of the test set.</param>
/// <param name="Labels">Training examples of each class; empty without classes.</param>
internal sealed record InspectedClient(string Id, int Examples, int Validation, int Test, IReadOnlyList<int> Labels);
