using Federated.OwnModels;
using static TorchSharp.torch;

namespace Federated.SampleModels;

public sealed class WrongWidth : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => nn.Sequential(nn.Flatten(), nn.Linear(64, 7));
}

public sealed class WrongInput : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => nn.Sequential(nn.Flatten(), nn.Linear(63, 10));
}

public sealed class OfDoubles : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => nn.Sequential(nn.Flatten(), nn.Linear(64, 10, dtype: float64));
}

public sealed class NothingToLearn : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => nn.Sequential(nn.Flatten());
}

public sealed class Throws : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => throw new InvalidOperationException("no weights today");
}

public sealed class NotAlwaysTheSame : IModelFactory
{
    private int _made;

    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => nn.Sequential(nn.Flatten(), nn.Linear(64, 10, hasBias: _made++ == 0));
}

public sealed class WithArguments(string argument) : IModelFactory
{
    public nn.Module<Tensor, Tensor> Create(ModelRequest request) => throw new InvalidOperationException(argument);
}

public sealed class NoFactory;
