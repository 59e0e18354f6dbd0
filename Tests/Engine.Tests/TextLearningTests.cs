using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Tests.Data;

namespace Federated.Engine.Tests;

public sealed class TextLearningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Language_model_learns_what_follows_and_the_same_seed_gives_the_same_bits()
    {
        _folder.Write("t.txt", string.Concat(Enumerable.Repeat("abc", 100)));
        var job = new JobSpec
        {
            Model = new() { Layers = [new EmbeddingLayer { Size = 4 }, new LstmLayer { Units = 16, Return = RecurrentReturn.Sequence }, new DropoutLayer { Rate = 0.1 }, new DenseLayer { Units = 98, Activation = Activation.Softmax }] },
            Data = new() { Name = "text", Path = "t.txt", Clients = 1, Text = new() { Length = 16 } },
            Training = new() { Epochs = 40, BatchSize = 4, Optimizer = new() { Name = OptimizerName.Adam, LearningRate = 0.03 } },
        };
        var (first, second) = (await Train(job), await Train(job));
        Assert.Equal(first.Parameters, second.Parameters);
        // 60 symbols are left for the test, of which the first is not predicted; only what precedes a window cannot be known at its start.
        Assert.Equal(59, first.Test.Sums.Examples);
        Assert.InRange(first.Test.Sums.Accuracy, 0.9, 1);
        var tokens = Assert.Single(first.Test.Tallies, tally => tally.Name == "tokens");
        Assert.Equal(59, tokens[0]);
    }

    private async Task<(float[] Parameters, Federated.Core.Metrics.EvaluationSums Test)> Train(JobSpec job)
    {
        using var run = await new TorchEngine(new DatasetStore(new([_folder.Path], _folder.Path))).OpenAsync(job, [], CancellationToken.None);
        var start = run.InitialParameters().Values;
        var update = new float[start.Length];
        run.Train(run.Clients[0].Id, 1, start, update, ClientState.Empty, CancellationToken.None);
        float[] trained = [.. start.ToArray().Zip(update, (value, change) => value + change)];
        return (trained, run.EvaluateTest(trained, 0, 1, CancellationToken.None));
    }
}
