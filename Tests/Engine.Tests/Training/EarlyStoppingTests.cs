using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class EarlyStoppingTests
{
    // The client's example trains w to 0 by w ← 0.6 w: 1, 0.6, 0.36, 0.216, 0.1296 ... The validation example wants 0.3: its errors are 0.3, 0.06, 0.084, 0.1704 ...
    private static TrainerBench Bench(int? patience, int epochs, bool validated = true) => new(
        new() { Epochs = epochs, BatchSize = 1, Patience = patience, Optimizer = new() { LearningRate = 0.2 } }, new ArrayExamples([[1f], [1f]], targets: [0f, 0.3f]), [1], 0,
        new DenseLayer { Units = 1, Bias = false })
    { Own = [0], Validation = validated ? [1] : [] };

    [Theory]
    [InlineData(1, 3)]   // stops after the first epoch that is worse
    [InlineData(2, 4)]
    public void A_client_stops_after_its_patience_and_returns_its_best_epoch(int patience, int steps)
    {
        using var bench = Bench(patience, epochs: 50);
        var (parameters, sums) = bench.Train([1]);
        Assert.Equal(0.36f, parameters[0], 1e-6f);
        Assert.Equal(steps, sums.Examples);
    }

    [Fact]
    public void The_best_epoch_is_returned_where_all_were_run()
    {
        using var bench = Bench(patience: 10, epochs: 5);
        var (parameters, sums) = bench.Train([1]);
        Assert.Equal((0.36f, 5L), (MathF.Round(parameters[0], 6), sums.Examples));
    }

    [Fact]
    public void A_client_without_validation_examples_runs_all_epochs()
    {
        using var bench = Bench(patience: 1, epochs: 5, validated: false);
        Assert.Equal(MathF.Pow(0.6f, 5), bench.Train([1]).Parameters[0], 1e-6f);
    }

    [Fact]
    public void Repetition_gives_the_same_bits()
    {
        using var bench = Bench(patience: 2, epochs: 50);
        var (parameters, sums) = bench.Train([1]);
        var (again, sumsAgain) = bench.Train([1]);
        Assert.Equal(parameters, again);
        Assert.Equal(sums, sumsAgain);
    }
}
