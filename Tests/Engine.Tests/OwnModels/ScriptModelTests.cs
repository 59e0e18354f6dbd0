using System.Security.Cryptography;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Engine.Tests.Data;

namespace Federated.Engine.Tests.OwnModels;

[Collection(nameof(Training.NativeMemoryTests))]   // alone: other tests draw from libtorch's generator, of which the process has one
public sealed class ScriptModelTests : IDisposable
{
    private const string Normal = """
            y = torch.linear(torch.flatten(x, 1), self.w1, self.b1)
            z = torch.batch_norm(y, self.g, self.h, self.mean, self.variance, self.training, 0.10000000000000001, 1.0000000000000001e-05, False)
            d = torch.dropout(torch.gelu(z), 0.20000000000000001, self.training)
            return torch.linear(d, self.w2, self.b2)
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JobSpec Job => new()
    {
        Model = new ModelSpec { Torchscript = "net.pt" },
        Data = new DataSpec { Clients = 3 },
        Training = new TrainingSpec { BatchSize = 16, Optimizer = new OptimizerSpec { LearningRate = 0.1 } },
    };

    private static byte[] Net(string forward = Normal) => TorchScriptFile.Write(forward,
        new("w1", [32, 64], Values(32 * 64, 1)), new("b1", [32], new float[32]), new("g", [32], Ones(32)), new("h", [32], new float[32]),
        new("w2", [10, 32], Values(320, 2)), new("b2", [10], new float[10]), new("mean", [32], new float[32], Trainable: false), new("variance", [32], Ones(32), Trainable: false));

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5) / 4)];
    }

    private Task<IRunEngine> Open(JobSpec job) =>
        new TorchEngine(new DatasetStore(new DataFolders([], Path.GetTempPath())), new ModelFolders([_folder.Path])).OpenAsync(job, [], default);

    private static float[] Train(IRunEngine engine, int round, ReadOnlyMemory<float> global)
    {
        var update = new float[engine.Schema.Count];
        engine.Train(engine.Clients[round % engine.Clients.Length].Id, round, global, update, ClientState.Empty, default);
        return update;
    }

    [Fact]
    public async Task Initial_parameters_and_schema_are_those_of_the_file_with_buffers_as_statistics()
    {
        _folder.Write("net.pt", Net());
        using var engine = await Open(Job);
        Assert.Equal(["w1", "b1", "g", "h", "w2", "b2", "mean", "variance"], engine.Schema.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(new TensorSpec("variance", [32], Trainable: false), engine.Schema.Tensors[^1]);
        Assert.Equal(Values(32 * 64, 1), engine.InitialParameters().Values[..(32 * 64)].ToArray());
    }

    [Fact]
    public async Task File_is_trained_with_its_running_statistics()
    {
        _folder.Write("net.pt", Net());
        using var engine = await Open(Job);
        var values = engine.InitialParameters().Values.ToArray();
        for (var round = 1; round <= 9; round++) foreach (var (i, change) in Train(engine, round, values).Index()) values[i] += change;
        Assert.InRange(engine.EvaluateTest(values, 0, 1, default).Sums.Accuracy, 0.9, 1);
        Assert.DoesNotContain(0f, values[^64..]);   // means and variances have moved
    }

    [Fact]
    public async Task A_script_that_has_been_used_and_optimised_gives_the_bits_of_a_new_one()
    {
        _folder.Write("net.pt", Net());
        using var engine = await Open(Job);
        var start = engine.InitialParameters().Values;
        var first = Train(engine, 1, start);
        var measured = engine.EvaluateTest(start, 0, 1, default).Sums;
        for (var round = 2; round <= 4; round++) Train(engine, round, start);
        Assert.Equal(first, Train(engine, 1, start));
        Assert.Equal(measured, engine.EvaluateTest(start, 0, 1, default).Sums);
    }

    [Fact]
    public async Task Dropout_side_by_side_draws_from_each_clients_own_seed()
    {
        _folder.Write("net.pt", Net());
        using var engine = await Open(Job);
        var start = engine.InitialParameters().Values;
        var expected = Enumerable.Range(1, 4).Select(round => Train(engine, round, start)).ToList();
        var actual = await Task.WhenAll(Enumerable.Range(1, 4).Select(round => Task.Factory.StartNew(() => Train(engine, round, start), TaskCreationOptions.LongRunning)));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task File_with_another_hash_is_not_loaded()
    {
        var path = _folder.Write("net.pt", Net());
        var hash = Convert.ToHexString(SHA256.HashData(Net()));
        using (await Open(Job with { Model = Job.Model with { Sha256 = hash } })) { }
        File.AppendAllText(path, " ");
        var error = await Assert.ThrowsAsync<EngineException>(() => Open(Job with { Model = Job.Model with { Sha256 = hash } }));
        Assert.Contains($"the job's model.sha256 is {hash}: it is another file, and is not loaded.", error.Message, StringComparison.Ordinal);
        Assert.True(error.OnlyHere);
    }

    [Theory]
    [InlineData("    return torch.linear(torch.flatten(x, 1), self.w1, self.b1)",
        "net.pt gives [2, 32] of Float32 for a batch of 2 examples, each [1, 8, 8], and the data set needs [2, 10] of Float32.")]
    [InlineData("    return torch.linear(x, self.w1, self.b1)", "net.pt failed: mat1 and mat2 shapes cannot be multiplied (16x8 and 64x32)")]
    [InlineData("    return torch.zeros([torch.size(x, 0), 10])", "net.pt gives scores that depend on none of its parameters, so there is nothing to train.")]
    public async Task Script_that_does_not_fit_the_data_is_refused_with_a_sentence(string forward, string expected)
    {
        _folder.Write("net.pt", Net(forward));
        var error = await Assert.ThrowsAsync<EngineException>(() => Open(Job));
        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.False(error.OnlyHere);
    }

    [Fact]
    public async Task File_that_is_no_script_is_refused()
    {
        _folder.Write("net.pt", "not a zip");
        Assert.Contains("net.pt is no file of TorchScript: ", (await Assert.ThrowsAsync<EngineException>(() => Open(Job))).Message, StringComparison.Ordinal);
    }
}
