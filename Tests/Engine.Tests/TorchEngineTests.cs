using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine.Data;

namespace Federated.Engine.Tests;

public sealed class TorchEngineTests
{
    private static readonly JobSpec Job = new()
    {
        Model = new ModelSpec { Name = "mlp" },
        Data = new DataSpec { Clients = 4, Partition = new PartitionSpec { Kind = PartitionKind.Dirichlet } },
        Training = new TrainingSpec { BatchSize = 16, Optimizer = new OptimizerSpec { LearningRate = 0.1 } },
    };

    private static Task<IRunEngine> Open(JobSpec job) => new TorchEngine(new DatasetStore(new DataFolders([], Path.GetTempPath()))).OpenAsync(job, [], default);

    [Fact]
    public async Task Federated_averaging_learns_the_embedded_digits_and_repeats_bit_by_bit()
    {
        using var engine = await Open(Job);
        var first = Run(engine, rounds: 3);
        Assert.InRange(engine.EvaluateTest(first.Values, 0, 1, default).Sums.Accuracy, 0.85, 1);
        using var again = await Open(Job);
        Assert.Equal(Run(again, rounds: 3).Hash, first.Hash);
    }

    private static ParameterVector Run(IRunEngine engine, int rounds)
    {
        var algorithm = AlgorithmCatalog.Create(Job);
        var state = algorithm.Init(engine.InitialParameters());
        for (var round = 1; round <= rounds; round++)
        {
            var (sum, total) = (new double[engine.Schema.Count], 0L);
            foreach (var client in engine.Clients)
            {
                var update = new float[engine.Schema.Count];
                var weight = engine.Train(client.Id, round, state.Parameters.Values, update, ClientState.Empty, default).Update.Examples;
                for (var i = 0; i < sum.Length; i++) sum[i] += weight * update[i];
                total += weight;
            }
            state = algorithm.Apply(state, [.. sum.Select(value => (float)(value / total))], new(System.Collections.Immutable.ImmutableSortedDictionary<string, UpdateFacts>.Empty, 0));
        }
        return state.Parameters;
    }

    [Fact]
    public async Task Model_too_large_for_the_images_is_refused_with_the_sizes()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => Open(Job with { Model = new ModelSpec { Name = "keras-cnn" } }));
        Assert.Contains("keras-cnn gets images of 8x8 and needs at least 18x18", error.Message, StringComparison.Ordinal);
    }
}
