using Federated.OwnModels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Federated.SampleModels;

/// <summary>A network with all that a model of one's own may have: running statistics, dropout and a counter.</summary>
public sealed class SmallNetFactory : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new SmallNet(request.Input.Aggregate(1L, (product, size) => product * size), request.Output[0]);
    }

    private sealed class SmallNet : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _first;
        private readonly BatchNorm1d _norm;
        private readonly Linear _last;

        public SmallNet(long features, long classes) : base(nameof(SmallNet))
        {
            (_first, _norm, _last) = (nn.Linear(features, 32), nn.BatchNorm1d(32), nn.Linear(32, classes));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var hidden = nn.functional.relu(_norm.call(_first.call(input.flatten(1))));
            return _last.call(nn.functional.dropout(hidden, 0.2, training)).MoveToOuterDisposeScope();
        }
    }
}
