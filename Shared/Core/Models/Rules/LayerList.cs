using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>A list of layers with its shapes, as far as they can be known.</summary>
/// <param name="Layers">Those without errors.</param>
/// <param name="Output">What the last one gives; null where that cannot be known.</param>
/// <param name="Errors">In layer order.</param>
internal sealed record LayerList(ImmutableArray<PlannedLayer> Layers, Signal? Output, ImmutableArray<PlanError> Errors)
{
    /// <summary>All tensors of the layers in order.</summary>
    public IEnumerable<TensorSpec> Tensors => Layers.SelectMany(layer => layer.Tensors);

    /// <summary>Infers shapes layer by layer. After a layer whose output cannot be known, later layers are checked for what does not depend on their input.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="input">What comes in; null where it cannot be known.</param>
    /// <param name="above">Position of the layer that holds the list, for example <c>3</c>; empty for the model's own list.</param>
    public static LayerList Plan(ImmutableArray<LayerSpec> layers, Signal? input, string above = "")
    {
        var (errors, planned) = (ImmutableArray.CreateBuilder<PlanError>(), ImmutableArray.CreateBuilder<PlannedLayer>(layers.Length));
        var signal = input;
        for (var i = 0; i < layers.Length; i++)
        {
            var (place, layer) = (i + 1, layers[i]);
            var number = above.Length == 0 ? place.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{above}.{place}");
            var check = new LayerCheck(number, layer, signal);
            var output = LayerRules.Infer(check, layer);
            errors.AddRange(check.Inner.Errors.Select(error => error with { Layer = place, Number = error.Number }));
            errors.AddRange(check.Errors.Select(message => new PlanError(place, message) { Number = number }));
            if (LayerNames.IsSoftmax(layer) && (place < layers.Length || above.Length > 0))
                errors.Add(new PlanError(place, "softmax gives class probabilities and may only be the last layer of a model") { Number = number });
            if (check.Errors.Count == 0 && check.Inner.Errors.IsEmpty && signal is { } known && output is { } result)
                planned.Add(new PlannedLayer(place, layer, known, result, [.. check.Inner.Tensors, .. LayerRules.Tensors(check, layer)]) { Inner = check.Inner.Layers });
            signal = output;
        }
        return new(planned.ToImmutable(), signal, errors.ToImmutable());
    }
}
