using System.Collections.Immutable;
using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>Recurrent layers on top of each other, in one direction or both: [batch, T, features] to [batch, units * directions], or [batch, T, units * directions]. A forward
/// direction need not know of padding, which comes after all that counts; the backward one gets each example reversed within its own steps, and so runs forward as well.</summary>
/// <param name="layer">The options.</param>
/// <param name="tensors">Four for each layer and direction, as planned.</param>
internal sealed class Recurrent(RecurrentLayer layer, ImmutableArray<Tensor> tensors) : ILayer
{
    private const int TensorsOfOne = 4;

    private readonly string _operator = RecurrentOperators.NameOf(layer);
    private readonly Dropout _dropout = new(layer.Dropout);

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        var steps = RealSteps(input, pass.Symbols);
        var backward = layer.Bidirectional ? Reversal(input, steps) : null;
        var last = layer.Return == RecurrentReturn.Last;
        var current = input;
        for (var level = 0; level < layer.Layers; level++)
        {
            if (level > 0) current = _dropout.Forward(current, pass);
            current = Level(current, level, backward, steps, last && level == layer.Layers - 1);
        }
        return last || steps is null ? current : current * IsReal(input, steps).unsqueeze(-1);
    }

    private Tensor Level(Tensor input, int level, Tensor? backward, Tensor? steps, bool last)
    {
        var first = level * TensorsOfOne * (backward is null ? 1 : 2);
        var forward = RecurrentOperators.Run(_operator, input, tensors.AsSpan(first, TensorsOfOne));
        if (last) forward = LastOf(forward, steps);
        if (backward is null) return forward;
        var reversed = RecurrentOperators.Run(_operator, Ordered(input, backward), tensors.AsSpan(first + TensorsOfOne, TensorsOfOne));
        return cat([forward, last ? LastOf(reversed, steps) : Ordered(reversed, backward)], -1);
    }

    // How many steps each example has, [batch]; null where all have all of them.
    private static Tensor? RealSteps(Tensor input, Tensor? symbols)
    {
        if (symbols is null || symbols.shape[1] != input.shape[1]) return null;
        var numbers = arange(1, symbols.shape[1] + 1, ScalarType.Int64, symbols.device);
        var steps = ((symbols != 0) * numbers).amax(1).clamp_min(1);
        return (steps == input.shape[1]).all().item<bool>() ? null : steps;
    }

    // Which step comes in which place when each example is read from its last step to its first, [batch or 1, T]; padding stays where it is.
    private static Tensor Reversal(Tensor input, Tensor? steps)
    {
        var places = arange(input.shape[1], ScalarType.Int64, input.device).unsqueeze(0);
        if (steps is null) return input.shape[1] - 1 - places;
        return where(places < steps.unsqueeze(1), steps.unsqueeze(1) - 1 - places, places);
    }

    private static Tensor IsReal(Tensor input, Tensor steps) => arange(input.shape[1], ScalarType.Int64, input.device).unsqueeze(0) < steps.unsqueeze(1);

    private static Tensor Ordered(Tensor sequence, Tensor places) =>
        places.shape[0] == 1 ? sequence.index_select(1, places.view(-1)) : sequence.gather(1, places.unsqueeze(-1).expand(sequence.shape));

    private static Tensor LastOf(Tensor sequence, Tensor? steps) => steps is null ? sequence.select(1, sequence.shape[1] - 1)
        : sequence.gather(1, (steps - 1).view(-1, 1, 1).expand(-1, 1, sequence.shape[2])).squeeze(1);
}
