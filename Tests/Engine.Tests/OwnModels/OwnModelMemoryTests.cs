using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Engine.Tests.Data;
using Federated.Engine.Tests.Training;

namespace Federated.Engine.Tests.OwnModels;

[Collection(nameof(NativeMemoryTests))]
public sealed class OwnModelMemoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Native_memory_stays_flat_over_rounds(bool script)
    {
        using var folder = new TemporaryFolder();
        // 4 MB of weights, of which a client's training takes a new instance.
        folder.Write("net.pt", TorchScriptFile.Write("    return torch.linear(torch.linear(torch.flatten(x, 1), self.w), self.v)",
            new("w", [16_384, 64], [.. Enumerable.Repeat(0.001f, 16_384 * 64)]), new("v", [10, 16_384], [.. Enumerable.Repeat(0.001f, 163_840)])));
        var job = new JobSpec
        {
            Model = script ? new ModelSpec { Torchscript = "net.pt" }
                : new ModelSpec { Assembly = Path.Combine(AppContext.BaseDirectory, "Federated.SampleModels.dll"), Type = "Federated.SampleModels.SmallNetFactory" },
            Data = new DataSpec { Clients = 400 },
        };
        using var engine = await new TorchEngine(new DatasetStore(new DataFolders([], folder.Path)), new ModelFolders([folder.Path, AppContext.BaseDirectory])).OpenAsync(job, [], default);
        var (start, update) = (engine.InitialParameters().Values, new float[engine.Schema.Count]);
        Train(20);
        var tensors = TorchSharp.torch.Tensor.TotalCount;
        var resident = Environment.WorkingSet;
        Train(60);
        // TorchSharp makes a parameter of TorchScript out of a handle that it empties and goes on counting.
        // Other tests' tensors are counted too, and may go meanwhile.
        if (!script) Assert.InRange(TorchSharp.torch.Tensor.TotalCount, 0, tensors + 59);
        // A leak of the weights a call would be 280 MB.
        Assert.InRange(Environment.WorkingSet - resident, long.MinValue, 64 << 20);

        void Train(int calls)
        {
            for (var i = 0; i < calls; i++) engine.Train(engine.Clients[i].Id, 1, start, update, ClientState.Empty, default);
        }
    }
}
