using Federated.Core.Algorithms;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Training;

/// <summary>An algorithm's <see cref="ModelContrast"/>, with its two models loaded. Not thread-safe.</summary>
internal sealed class ContrastLoss
{
    private readonly RestingModels _models;
    private readonly double _weight, _temperature;

    private ContrastLoss(RestingModels models, ModelContrast contrast)
    {
        (_models, _weight, _temperature) = (models, contrast.Weight, contrast.Temperature);
        models.Global.Parameters.Load(contrast.Global);
        models.Previous.Parameters.Load(contrast.Previous);
    }

    /// <summary>The term for a workspace; null where there is none.</summary>
    /// <exception cref="ArgumentException">A model's length is not P.</exception>
    public static ContrastLoss? Of(Workspace workspace, ModelContrast contrast) => contrast.Weight == 0 ? null : new(workspace.Resting, contrast);

    /// <summary>μ times the mean over a batch. Call it inside a dispose scope.</summary>
    /// <param name="input">The batch as the trained model gets it.</param>
    /// <param name="representation">z, what that makes of it, shape [batch, ...].</param>
    /// <returns>A single value, with a gradient.</returns>
    public Tensor Of(Tensor input, Tensor representation)
    {
        // -log(e^a / (e^a + e^b)) is log(1 + e^(b - a)). The difference of the directions is taken before z comes in, so that it is exactly 0 where both models are the same.
        var gap = (Direction(representation) * Apart(input)).sum(1) / _temperature;
        return F.softplus(gap).mean() * _weight;
    }

    // From the direction of z_glob to that of z_prev.
    private Tensor Apart(Tensor input)
    {
        using var values = no_grad();
        return Direction(_models.Previous.Represent(input)) - Direction(_models.Global.Represent(input));
    }

    private static Tensor Direction(Tensor representation)
    {
        var flat = representation.flatten(1);
        var length = flat.norm(1, keepdim: true);
        return flat / length.masked_fill(length == 0, 1);
    }
}
