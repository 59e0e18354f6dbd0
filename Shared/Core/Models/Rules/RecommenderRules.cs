using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Layers that score pairs of a user and an item.</summary>
internal static class RecommenderRules
{
    public static Signal? Neumf(LayerCheck check, NeumfLayer neumf)
    {
        if (!(check.AtLeastOne(neumf.Factors, "factors") & check.Holds(neumf.Hidden is >= 1 and <= 10, "hidden", neumf.Hidden, "1 to 10")
            & check.Above0(neumf.Deviation, "deviation")) || !ArePairs(check)) return null;
        var widest = Math.Max(check.Input!.Vocabularies[0], check.Input.Vocabularies[1]);
        return check.Fits(widest, neumf.Factors, 1 << (neumf.Hidden - 1)) && check.Fits(neumf.Factors, neumf.Factors, 1 << (2 * neumf.Hidden)) ? new(1) : null;
    }

    public static Signal? TwoTower(LayerCheck check, TwoTowerLayer towers)
    {
        if (!(check.AtLeastOne(towers.Factors, "factors") & check.AtLeastOne(towers.Hidden, "hidden") & check.Above0(towers.Deviation, "deviation")) || !ArePairs(check)) return null;
        var widest = Math.Max(check.Input!.Vocabularies[0], check.Input.Vocabularies[1]);
        return check.Fits(widest, towers.Factors) && check.Fits(towers.Hidden, towers.Factors) ? new(1) : null;
    }

    /// <summary>The vectors of the factorisation, those of the perceptron, its layers, and the fusing layer.</summary>
    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, NeumfLayer neumf)
    {
        var (users, items) = (check.Input!.Vocabularies[0], check.Input.Vocabularies[1]);
        var vector = neumf.Factors << (neumf.Hidden - 1);
        var tensors = ImmutableArray.CreateBuilder<TensorSpec>();
        tensors.AddRange(Vectors(check, "gmf_users", users, neumf.Factors), Vectors(check, "gmf_items", items, neumf.Factors),
            Vectors(check, "mlp_users", users, vector), Vectors(check, "mlp_items", items, vector));
        for (var (layer, width) = (1, vector); layer <= neumf.Hidden; layer++, width /= 2) tensors.AddRange(Dense(check, $"mlp{layer}", width, 2 * width));
        return [.. tensors, .. Dense(check, "output", 1, 2 * neumf.Factors)];
    }

    /// <summary>Users' vectors and tower, items' vectors and tower, and the offset of all scores.</summary>
    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, TwoTowerLayer towers)
    {
        ImmutableArray<TensorSpec> Tower(string side, int symbols) =>
        [
            Vectors(check, side, symbols, towers.Factors),
            .. Dense(check, side + "_hidden", towers.Hidden, towers.Factors), .. Dense(check, side + "_output", towers.Factors, towers.Hidden),
        ];
        return [.. Tower("users", check.Input!.Vocabularies[0]), .. Tower("items", check.Input.Vocabularies[1]), check.Tensor("bias", [1])];
    }

    private static bool ArePairs(LayerCheck check) => check.Input is not null and not { Shape: [2], Vocabularies.Length: 2 }
        ? check.Fault($"{check.Name} gets {check.Got} and needs [2] symbols, a user and an item: put it first, and take a data set of ratings")
        : check.Input is not null;

    private static TensorSpec Vectors(LayerCheck check, string name, int symbols, int size) => check.Tensor(name + ".factors", [symbols, size]);

    private static ImmutableArray<TensorSpec> Dense(LayerCheck check, string name, int units, int inputs) =>
        [check.Tensor(name + ".weight", [units, inputs]), check.Tensor(name + ".bias", [units])];
}
