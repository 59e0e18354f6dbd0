using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Recurrent layers.</summary>
internal static class RecurrentRules
{
    public static Signal? Recurrent(LayerCheck check, RecurrentLayer layer)
    {
        if (!(check.AtLeastOne(layer.Units, "units") & check.AtLeastOne(layer.Layers, "layers"))) return null;
        check.Holds(layer.Dropout is >= 0 and < 1, "dropout", layer.Dropout, "at least 0 and below 1");
        if (layer is { Dropout: > 0, Layers: 1 })
            check.Fault($"{check.Name}'s dropout stands between its layers and it has only one: put a dropout layer after it, or set layers to 2");
        if (!check.IsSequence()) return null;
        var width = Width(layer);
        if (!check.Fits(Gates(layer), layer.Units, Math.Max(layer.Units, check.Shape[1])) || !check.Fits(check.Shape[0], width)) return null;
        return layer.Return == RecurrentReturn.Last ? new(width) : new(check.Shape[0], width);
    }

    /// <summary>PyTorch's names and order: for each layer and then each direction the input's weight, the state's, and a bias for each.</summary>
    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, RecurrentLayer layer)
    {
        var tensors = ImmutableArray.CreateBuilder<TensorSpec>();
        var rows = Gates(layer) * layer.Units;
        for (var level = 0; level < layer.Layers; level++)
            foreach (var direction in layer.Bidirectional ? ["", "_reverse"] : new[] { "" })
            {
                var ending = FormattableString.Invariant($"_l{level}{direction}");
                tensors.Add(check.Tensor("weight_ih" + ending, [rows, level == 0 ? check.Shape[1] : Width(layer)]));
                tensors.Add(check.Tensor("weight_hh" + ending, [rows, layer.Units]));
                tensors.Add(check.Tensor("bias_ih" + ending, [rows]));
                tensors.Add(check.Tensor("bias_hh" + ending, [rows]));
            }
        return tensors.ToImmutable();
    }

    private static int Width(RecurrentLayer layer) => layer.Units * (layer.Bidirectional ? 2 : 1);

    private static int Gates(RecurrentLayer layer) => layer switch
    {
        LstmLayer => 4,   // input, forget, candidate, output
        GruLayer => 3,    // reset, update, candidate
        _ => 1,
    };
}
