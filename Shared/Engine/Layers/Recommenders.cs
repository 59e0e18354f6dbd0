using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>He et al. 2017, equation 12 without its sigmoid: hᵀ [p ⊙ q ; MLP([p'; q'])] + b, the perceptron with relu after each of its layers.</summary>
/// <param name="tensors">In the order of the plan: four tables of vectors, then weight and bias of each layer, the fusing one last.</param>
internal sealed class Neumf(params ReadOnlySpan<Tensor> tensors) : ILayer
{
    private readonly ImmutableArray<Tensor> _tensors = [.. tensors];

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        var (users, items) = Pairs.Of(pass);
        var product = _tensors[0].index_select(0, users) * _tensors[1].index_select(0, items);
        var hidden = cat([_tensors[2].index_select(0, users), _tensors[3].index_select(0, items)], 1);
        for (var i = 4; i < _tensors.Length - 2; i += 2) hidden = Products.Linear(hidden, _tensors[i], _tensors[i + 1], pass).relu();
        return Products.Linear(cat([product, hidden], 1), _tensors[^2], _tensors[^1], pass);
    }
}

/// <summary>The dot product of two towers, each W₂ relu(W₁ x + b₁) + b₂ of a vector x, plus an offset.</summary>
/// <param name="tensors">In the order of the plan: vectors, hidden weight and bias, output weight and bias of the users, the same of the items, the offset.</param>
internal sealed class TwoTower(params ReadOnlySpan<Tensor> tensors) : ILayer
{
    private readonly ImmutableArray<Tensor> _tensors = [.. tensors];

    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        var (users, items) = Pairs.Of(pass);
        return (Tower(users, 0, pass) * Tower(items, 5, pass)).sum(1, keepdim: true) + _tensors[10];
    }

    private Tensor Tower(Tensor symbols, int first, ForwardPass pass)
    {
        var hidden = Products.Linear(_tensors[first].index_select(0, symbols), _tensors[first + 1], _tensors[first + 2], pass).relu();
        return Products.Linear(hidden, _tensors[first + 3], _tensors[first + 4], pass);
    }
}

/// <summary>The pairs of a pass.</summary>
internal static class Pairs
{
    /// <summary>Users and items, each int64 [batch].</summary>
    public static (Tensor Users, Tensor Items) Of(ForwardPass pass)
    {
        var symbols = pass.Symbols ?? throw new InvalidOperationException("A recommender needs symbols.");
        return (symbols.select(1, 0), symbols.select(1, 1));
    }
}
