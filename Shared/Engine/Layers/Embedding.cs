using static TorchSharp.torch;

namespace Federated.Engine.Layers;

/// <summary>Rows of W, shape [symbols, size], by index. Those of padding are 0 and get no gradient.</summary>
internal sealed class Embedding(Tensor weight) : ILayer
{
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        var symbols = pass.Symbols ?? throw new InvalidOperationException("An embedding needs symbols.");
        var kept = (symbols != 0).unsqueeze(-1).to_type(ScalarType.Float32);
        return weight.index_select(0, symbols.view(-1)).view([.. symbols.shape, weight.shape[1]]) * kept;
    }
}
