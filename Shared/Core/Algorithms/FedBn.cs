using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedBN. Li, Jiang, Zhang, Kamp, Dou, "FedBN: Federated Learning on Non-IID Features via Local Batch Normalization", ICLR 2021, arXiv:2102.07623.</summary>
/// <remarks>
/// Client half: FedAvg's, but weights and running statistics of normalisation layers are the client's own, and no part of the update. Server half: the mean of all other tensors.
/// Deviations: layers of group and layer normalisation stay local as those of batch normalisation do; the mean is weighted by examples; the server's step is that of the job's server optimiser.
/// Normalisation is told by its tensors: what has running statistics, or a weight and a bias of the same single dimension. Mean and variance by which a layer normalize standardises the data are those of
/// all clients and stay so.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
public sealed class FedBn(ServerHalf server) : PartlyShared(server)
{
    private const string Weight = ".weight";
    private const string Bias = ".bias";

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedbn", static (_, server) => new FedBn(server),
        "local epochs from x with the client's own normalisation layers; what they changed of the rest", "Li et al. 2021, [arXiv:2102.07623](https://arxiv.org/abs/2102.07623)")
    {
        ClientKeeps = "weights and running statistics of its normalisation layers",
        Refusal = static (_, schema) => Of(schema) switch
        {
            { HasPrivate: false } => "fedbn keeps normalisation layers to the clients, and the model has none: add batch_norm, group_norm or layer_norm, or use fedavg",
            { SharesWeights: false } => "fedbn keeps normalisation layers to the clients, and the model has no other weights: there is nothing to share",
            _ => null,
        },
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    protected override PrivateParts PartsOf(ParameterSchema model) => Of(model);

    private static PrivateParts Of(ParameterSchema model)
    {
        var tensors = model.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var layers = tensors.Values.Where(tensor => IsStatistic(tensor) || IsScale(tensor)).Select(tensor => LayerOf(tensor.Name)).ToHashSet(StringComparer.Ordinal);
        return new(model, tensor => layers.Contains(LayerOf(tensor.Name)));

        bool IsScale(TensorSpec tensor) => tensor is { Shape.Length: 1 } && tensor.Name.EndsWith(Weight, StringComparison.Ordinal)
            && tensors.TryGetValue(tensor.Name[..^Weight.Length] + Bias, out var bias) && bias.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan());
    }

    private static bool IsStatistic(TensorSpec tensor) => !tensor.Trainable && tensor.Name.Contains(".running_", StringComparison.Ordinal);

    private static string LayerOf(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : name;
}
