using TorchSharp;

namespace Federated.Engine.Tests;

public sealed class LibtorchLoadTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        using var sum = torch.ones(3).sum();

        Assert.Equal(3f, sum.item<float>());
    }
}
