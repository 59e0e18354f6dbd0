using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Data.Series;

namespace Federated.Engine.Tests.Training;

public sealed class SeriesObjectiveTests
{
    [Fact]
    public void Naive_forecasts_are_measured_on_the_same_windows()
    {
        // Rows (target, other) 1..6 and 9, 7, 4; windows of 3, horizon 3, season 2.
        float[] target = [1, 2, 3, 4, 5, 6, 9, 7, 4];
        var data = new SeriesData("", ["x", "other"], [new("", [.. target.SelectMany(value => new[] { value, 50f })])]);
        var series = new SeriesSpec { Window = 3, Horizon = 3, Season = 2, Step = 3 };
        var set = SeriesWindows.Cut(data, series, test: 0);
        var job = new JobSpec { Model = new() { Layers = [new FlattenLayer(), new DenseLayer { Units = 3 }] }, Training = new() { Loss = Loss.Mse } };
        using var engine = new RunEngine(job, new FederatedData(set.Shape, set.Train, set.Train, [new ClientData("a", [0, 1], [], [])]));

        var tally = engine.EvaluateTest(engine.InitialParameters().Values, 0, 1, default).Tallies.Single(tally => tally.Name == TallyNames.Naive);

        // Last value: 3 for 4, 5, 6 gives 1 + 4 + 9; 6 for 9, 7, 4 gives 9 + 1 + 4. Season: 2, 3, 2 for 4, 5, 6 gives 4 + 4 + 16; 5, 6, 5 for 9, 7, 4 gives 16 + 1 + 1.
        Assert.Equal<int>([0, 1, 2, 3], tally.Indices);
        Assert.Equal<double>([6, 28, 6, 42], tally.Values);
    }
}
