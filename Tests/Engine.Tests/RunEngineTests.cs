using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Engine.Data;

namespace Federated.Engine.Tests;

public sealed class RunEngineTests
{
    private static readonly JobSpec Job = new()
    {
        Model = new ModelSpec { Layers = [new DenseLayer { Units = 8, Activation = Activation.Relu }, new DropoutLayer(), new DenseLayer { Units = 3, Activation = Activation.Softmax }] },
        Training = new TrainingSpec { BatchSize = 5, Epochs = 2 },
    };

    private static FederatedData Data(int classes = 3) => new(classes > 0 ? DataShape.ForClasses([6], classes) : DataShape.ForNumbers([6]), classes > 0 ? ArrayExamples.Noise(40, 6, 3) : new ArrayExamples([[0, 0, 0, 0, 0, 0]], targets: [1]),
        ArrayExamples.Noise(301, 6, 3, seed: 2),
        [
            new ClientData("a", Range(0, 20), Range(20, 4), []), new ClientData("empty", [], Range(24, 2), []), new ClientData("b", Range(26, 14), [], Range(100, 50)),
        ]);

    private static ImmutableArray<int> Range(int start, int count) => [.. Enumerable.Range(start, count)];

    private static (float[] Update, TrainOutcome Outcome) Train(RunEngine engine, string client, int round = 1)
    {
        var update = new float[engine.Schema.Count];
        return (update, engine.Train(client, round, engine.InitialParameters().Values, update, ClientState.Empty, default));
    }

    [Fact]
    public void Clients_are_those_with_training_examples_in_partition_order()
    {
        using var engine = new RunEngine(Job, Data());
        Assert.Equal<ClientPartition>([new ClientPartition("a", 20), new ClientPartition("b", 14)], engine.Clients);
        Assert.Equal(301, engine.TestExamples);
    }

    [Fact]
    public void Training_gives_an_update_its_weight_and_the_validation_of_what_was_received()
    {
        using var engine = new RunEngine(Job, Data());
        var (update, outcome) = Train(engine, "a");
        Assert.Contains(update, value => value != 0);
        Assert.Equal(20, outcome.Update.Examples);
        Assert.Equal(40, outcome.Update.Training.Examples);   // two epochs
        Assert.Equal(engine.EvaluateClient("a", engine.InitialParameters().Values, default).Sums, outcome.Validation);
        Assert.Null(outcome.Personal);   // fedavg has one model
        Assert.Null(Train(engine, "b").Outcome.Validation);
    }

    // a trains on the first 20 examples, not on the 4 to validate with.
    [Fact]
    public void Training_examples_are_counted_by_class_where_the_job_asks_for_it()
    {
        var data = Data();
        var expected = new long[3];
        for (var example = 0; example < 20; example++) expected[data.Train.Labels[example]]++;
        using var plain = new RunEngine(Job, data);
        Assert.Empty(Train(plain, "a").Outcome.Labels);
        using var counting = new RunEngine(CountingLabels(), data);
        Assert.Equal<long>(expected, Train(counting, "a").Outcome.Labels);
        Assert.All(expected, count => Assert.InRange(count, 1, 18));
    }

    [Fact]
    public void What_has_no_classes_to_count_does_not_fit() =>
        Assert.Contains("privacy.secure_aggregation.label_counts: needs one class an example, and this is regression; remove it",
            Assert.Throws<EngineException>(() => new RunEngine(CountingLabels() with { Model = new() { Layers = [new DenseLayer { Units = 1 }] } }, Data(classes: 0))).Message, StringComparison.Ordinal);

    private static JobSpec CountingLabels() => Job with { Privacy = new() { SecureAggregation = new() { Enabled = true, LabelCounts = true } } };

    // a: 20 examples and 4 to validate with; b has none of those.
    [Fact]
    public void Clients_own_model_is_measured_on_its_validation_share_and_only_what_is_shared_is_in_the_update()
    {
        using var engine = new RunEngine(Job with { Federation = new() { Algorithm = new() { Name = "ditto" } } }, Data());
        var (_, outcome) = Train(engine, "a");
        Assert.Equal(engine.EvaluateClient("a", outcome.Update.Personal!.Value, default).Sums, outcome.Personal);
        Assert.NotEqual(outcome.Validation, outcome.Personal);
        Assert.Null(Train(engine, "b").Outcome.Personal);
    }

    [Fact]
    public async Task Calls_side_by_side_give_the_bits_of_calls_one_by_one()
    {
        using var engine = new RunEngine(Job, Data());
        var expected = Enumerable.Range(1, 6).Select(round => Train(engine, round % 2 == 0 ? "a" : "b", round).Update).ToList();
        var actual = await Task.WhenAll(Enumerable.Range(1, 6).Select(round =>
            Task.Factory.StartNew(() => Train(engine, round % 2 == 0 ? "a" : "b", round).Update, TaskCreationOptions.LongRunning)));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Slices_of_the_test_set_cover_it_once()
    {
        using var engine = new RunEngine(Job, Data());
        var parameters = engine.InitialParameters().Values;
        var whole = engine.EvaluateTest(parameters, 0, 1, default).Sums;
        var slices = Enumerable.Range(0, 7).Select(slice => engine.EvaluateTest(parameters, slice, 7, default).Sums).Aggregate(MetricSums.Add);
        Assert.Equal((301, whole.Correct), (slices.Examples, slices.Correct));
        Assert.Equal(whole.LossSum, slices.LossSum, 1e-3);
    }

    [Fact]
    public void Client_is_measured_on_its_own_test_share_and_else_on_its_validation_share()
    {
        using var engine = new RunEngine(Job with { Data = Job.Data with { Partition = new() { Kind = PartitionKind.Natural } } }, Data());
        var parameters = engine.InitialParameters().Values;
        Assert.Equal(4, engine.EvaluateClient("a", parameters, default).Sums.Examples);
        Assert.Equal(50, engine.EvaluateClient("b", parameters, default).Sums.Examples);
    }

    [Fact]
    public void FedSgd_sends_the_gradient_of_the_whole_partition()
    {
        using var engine = new RunEngine(Job with { Federation = new FederationSpec { Algorithm = new AlgorithmSpec { Name = "fedsgd" } } }, Data());
        Assert.Equal(20, Train(engine, "a").Outcome.Update.Training.Examples);
    }

    [Fact]
    public void Client_state_goes_to_the_algorithm_and_comes_back_with_what_it_keeps()
    {
        using var engine = new RunEngine(Job, Data(), new Counting());
        var (state, seen) = (ClientState.Empty, new List<float>());
        for (var round = 1; round <= 3; round++)
        {
            var update = new float[engine.Schema.Count];
            state = engine.Train("a", round, engine.InitialParameters().Values, update, state, default).Update.State!;
            seen.Add(update[0]);
        }
        Assert.Equal<float>([0, 1, 2], seen);
        Assert.Equal<float>([3], state.Vectors["rounds"].ToArray());
    }

    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedsgd")]
    public void Algorithms_without_client_state_keep_nothing(string name)
    {
        using var engine = new RunEngine(Job with { Federation = new FederationSpec { Algorithm = new AlgorithmSpec { Name = name } } }, Data());
        Assert.Null(Train(engine, "a").Outcome.Update.State);
    }

    [Fact]
    public void Unknown_client_and_one_without_examples_are_refused_by_name()
    {
        using var engine = new RunEngine(Job, Data());
        Assert.Contains("'nobody'", Assert.Throws<EngineException>(() => Train(engine, "nobody")).Message, StringComparison.Ordinal);
        Assert.Contains("'empty' has no training examples", Assert.Throws<EngineException>(() => Train(engine, "empty")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_that_does_not_fit_its_data_is_refused_with_every_reason()
    {
        var wrong = Job with { Model = new ModelSpec { Layers = [new DenseLayer { Units = 2 }] }, Training = new TrainingSpec { Loss = Loss.CrossEntropy } };
        var message = Assert.Throws<EngineException>(() => new RunEngine(wrong, Data(classes: 0))).Message;
        Assert.Contains("gives [2] and the data set needs [1]", message, StringComparison.Ordinal);
        Assert.Contains("training.loss: cross_entropy needs classes, and this is regression; use mse, mae or huber", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Closed_engine_refuses_work()
    {
        var engine = new RunEngine(Job, Data());
        Train(engine, "a");
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Train(engine, "a"));
    }

    /// <summary>The update is how many rounds the client has trained before.</summary>
    private sealed class Counting : IFederatedAlgorithm
    {
        public string Name => "counting";

        public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
        {
            var rounds = state.Vectors.TryGetValue("rounds", out var kept) ? kept.Span[0] : 0;
            update.Fill(rounds);
            return new(trainer.Examples, new MetricSums(1, 1, 1), state.With("rounds", new[] { rounds + 1 }));
        }

        public ServerState Init(ParameterVector parameters) => throw new NotSupportedException();

        public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round) => throw new NotSupportedException();
    }
}
