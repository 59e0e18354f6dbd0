using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests;

public sealed class StandardisationTests
{
    private static readonly ModelSpec Model = new() { Layers = [new NormalizeLayer(), new FlattenLayer(), new DenseLayer { Units = 2 }] };

    [Fact]
    public void Moments_are_of_the_clients_own_training_examples_without_missing_values_and_flags()
    {
        var features = new[] { new[] { 1f, 1f, 5f }, [2f, 0f, float.NaN], [6f, 1f, 7f], [100f, 1f, 100f] };
        var shape = DataShape.ForClasses([3], 2) with { Flags = [1] };
        using var engine = Open(shape, features, new ClientData("a", [0, 1, 2], [3], []));
        var moments = engine.Moments("a", default);
        Assert.Equal<long>([3, 0, 2], moments.Counts);
        Assert.Equal<double>([9, 0, 12], moments.Sums);
        Assert.Equal<double>([14, 0, 2], moments.Deviations);   // 4 + 1 + 9 around 3; 1 + 1 around 6
    }

    [Fact]
    public void Moments_of_series_go_over_the_steps_and_of_images_over_the_pixels()
    {
        float[][] example = [[1, 10, 3, 30]];
        using var series = Open(DataShape.ForClasses([2, 2], 2), example, new ClientData("a", [0], [], []));
        Assert.Equal<double>([4, 40], series.Moments("a", default).Sums);
        using var images = Open(DataShape.ForClasses([2, 1, 2], 2), example, new ClientData("a", [0], [], []));
        Assert.Equal<double>([11, 33], images.Moments("a", default).Sums);
    }

    [Fact]
    public void Infinite_value_and_unknown_client_are_refused()
    {
        using var engine = Open(DataShape.ForClasses([1], 2), [[float.PositiveInfinity]], new ClientData("a", [0], [], []));
        Assert.Contains("Client 'a' has an infinite value in feature 0", Assert.Throws<EngineException>(() => engine.Moments("a", default)).Message, StringComparison.Ordinal);
        Assert.Throws<EngineException>(() => engine.Moments("b", default));
    }

    [Fact]
    public void Layer_standardises_puts_the_mean_for_missing_values_and_divides_by_1_where_nothing_varies()
    {
        Assert.Equal([4f, -1f, 0f, 3f], Forward([2], [10, 5, 4, 0], [18, 4, float.NaN, 8]));
        Assert.Equal([1f, 2f, 0f, 1f], Forward([2, 2], [1, 0, 4, 1], [3, 2, 1, 1], 1, 2, 2));          // features last
        Assert.Equal([1f, 0f, 2f, 1f], Forward([2, 1, 2], [1, 0, 4, 1], [3, 1, 2, 1], 1, 2, 1, 2));    // channels first
    }

    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedsgd")]
    public void Rounds_leave_mean_and_variance_exactly_as_they_are(string algorithm)
    {
        var job = new JobSpec
        {
            Model = Model,
            Federation = new() { Algorithm = new() { Name = algorithm, ServerLearningRate = 0.7 } },
            Training = new() { Epochs = 3, BatchSize = 4, Optimizer = new() { Name = OptimizerName.AdamW, WeightDecay = 0.1 } },
        };
        using var engine = new RunEngine(job, new(DataShape.ForClasses([6], 2), ArrayExamples.Noise(20, 6, 2), ArrayExamples.Noise(1, 6, 2), [new ClientData("a", [.. Enumerable.Range(0, 20)], [], [])]));
        var federated = AlgorithmCatalog.Create(job);
        var state = federated.Init(Standardisation.Of(engine.Schema)!.Fill(engine.InitialParameters(), engine.Moments("a", default)));
        var before = state.Parameters.Values.ToArray();
        for (var round = 1; round <= 3; round++)
        {
            var update = new float[engine.Schema.Count];
            engine.Train("a", round, state.Parameters.Values, update, ClientState.Empty, default);
            Assert.All(update[..12], value => Assert.Equal(0f, value));
            state = federated.Apply(state, update, new(System.Collections.Immutable.ImmutableSortedDictionary<string, UpdateFacts>.Empty, 0));
        }
        Assert.Equal(before[..12], state.Parameters.Values.ToArray()[..12]);
        Assert.NotEqual(before[12..], state.Parameters.Values.ToArray()[12..]);
    }

    [Fact]
    public async Task Hospitals_together_have_mean_and_variance_of_all_their_patients()
    {
        var job = new JobSpec { Model = Model, Data = new() { Name = "heart-disease", Test = 0, Partition = new() { Kind = PartitionKind.Natural } } };
        using var engine = await new TorchEngine(new DatasetStore(new DataFolders([], Path.GetTempPath()))).OpenAsync(job, [], default);
        var moments = engine.Clients.Select(client => engine.Moments(client.Id, default)).Aggregate(FeatureMoments.Add);
        // By awk over the four published files: rows without '?' in the first ten fields, means and mean square deviations of columns 1, 4, 5, 8 and 10.
        (int Feature, double Mean, double Variance)[] expected = [(0, 53.097297297, 88.3932359), (6, 132.754054054, 344.7962673), (7, 220.136486486, 8751.8421822), (12, 138.744594595, 667.1172005), (14, 0.894324324, 1.1803191)];
        Assert.All(expected, one =>
        {
            Assert.Equal(740, moments.Counts[one.Feature]);
            Assert.Equal(one.Mean, moments.Mean(one.Feature), 1e-6);
            Assert.Equal(one.Variance, moments.Variance(one.Feature), 1e-4);
        });
    }

    private static RunEngine Open(DataShape shape, float[][] features, params ImmutableArray<ClientData> clients) =>
        new(new() { Model = Model }, new(shape, new ArrayExamples(features, new long[features.Length]), new ArrayExamples([]), clients));

    private static float[] Forward(ImmutableArray<int> input, float[] statistics, float[] values, params long[] shape)
    {
        LibtorchSetup.Ensure();
        var plan = ModelPlanner.Plan(Model, DataShape.ForClasses(input, 2)).Plan!;
        using var replica = new ModelReplica(plan with { Layers = [plan.Layers[0]], Schema = new(plan.Layers[0].Tensors) }, keepSoftmax: true);
        replica.Parameters.Load(statistics);
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(values).view(shape.Length > 0 ? shape : [-1, input[0]]), draws: null).data<float>().ToArray();
    }
}
