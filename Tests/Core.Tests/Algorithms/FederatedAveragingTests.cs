using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class FederatedAveragingTests
{
    private static readonly ParameterSchema Schema = new([new TensorSpec("1.weight", [3])]);

    /// <summary>Answers with fixed parameters and a fixed gradient.</summary>
    private sealed class FixedTrainer(float[] trained, float[] gradient) : ILocalTrainer
    {
        public ParameterSchema Schema => throw new NotSupportedException();

        public long Examples => 7;

        public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
        {
            trained.CopyTo(result);
            return new(new(14, 3.5, 9), 2, 0.2);
        }

        public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> result)
        {
            gradient.CopyTo(result);
            return new(7, 1.75, 4);
        }

        public LocalTraining ForEachBatch(Action<ILocalBatch> visit) => throw new NotSupportedException();

        public MetricSums Measure(ReadOnlySpan<float> at) => throw new NotSupportedException();
    }

    private static IFederatedAlgorithm Create(string name, double rate = 1) => AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = name, ServerLearningRate = rate } } });

    [Fact]
    public void FedAvg_update_is_local_minus_global_weighed_by_the_partition()
    {
        var update = new float[3];
        var outcome = Create("fedavg").Train(new FixedTrainer([1, 5, 2], [9, 9, 9]), [4, 4, 4], update, ClientState.Empty);
        Assert.Equal<float>([-3, 1, -2], update);
        Assert.Equal(new LocalUpdate(7, new MetricSums(14, 3.5, 9)), outcome);
    }

    [Fact]
    public void FedSgd_update_is_the_negative_gradient()
    {
        var update = new float[3];
        var outcome = Create("fedsgd").Train(new FixedTrainer([9, 9, 9], [0.5f, -2, 0]), [4, 4, 4], update, ClientState.Empty);
        Assert.Equal<float>([-0.5f, 2, 0], update);
        Assert.Equal(new LocalUpdate(7, new MetricSums(7, 1.75, 4)), outcome);
    }

    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedsgd")]
    public void Server_adds_the_mean_times_its_learning_rate_and_leaves_the_old_state_alone(string name)
    {
        var algorithm = Create(name, 0.5);
        var first = algorithm.Init(new ParameterVector(Schema, [1, 2, 3]));
        var second = algorithm.Apply(first, [2, -4, 0], RoundOf.Nobody);
        Assert.Equal([2, 0, 3], second.Parameters.Values.ToArray());
        Assert.Equal([1, 2, 3], first.Parameters.Values.ToArray());
        Assert.Equal((0, 1), (first.Round, second.Round));
        Assert.Empty(second.Slots);
        Assert.Equal(ParameterHash.Of([2, 0, 3]), second.Parameters.Hash);
    }

    [Fact]
    public void Mean_of_another_length_is_refused()
    {
        var algorithm = Create("fedavg");
        Assert.Throws<ArgumentException>(() => algorithm.Apply(algorithm.Init(new ParameterVector(Schema, new float[3])), new float[2], RoundOf.Nobody));
    }

    [Fact]
    public void Every_listed_algorithm_exists_under_its_name()
    {
        Assert.All(AlgorithmCatalog.Names, name => Assert.Equal(name, Create(name).Name));
    }

    [Fact]
    public void Unknown_name_is_refused_with_the_known_ones()
    {
        Assert.Contains("fedavg, fedsgd", Assert.Throws<ArgumentException>(() => Create("fedavgs")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Create("fedavg", rate: 0));
        Assert.Throws<ArgumentException>(() => Create("fedavg", rate: double.NaN));
    }

    [Fact]
    public void Gradients_are_refused_for_a_model_with_running_statistics()
    {
        var statistics = new ParameterSchema([new TensorSpec("1.weight", [3]), new TensorSpec("1.running_mean", [3], Trainable: false)]);
        Assert.Contains("1.running_mean", AlgorithmCatalog.Refusal(new AlgorithmSpec { Name = "fedsgd" }, statistics), StringComparison.Ordinal);
        Assert.Null(AlgorithmCatalog.Refusal(new AlgorithmSpec { Name = "fedsgd" }, Schema));
        Assert.Null(AlgorithmCatalog.Refusal(new AlgorithmSpec { Name = "fedavg" }, statistics));
    }
}
