using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class ServerOptimizerTests
{
    private static readonly ParameterSchema Schema = new([new TensorSpec("1.weight", [3])]);
    private static readonly float[] First = [0.5f, -1, 0];
    private static readonly float[] Second = [1, 0.25f, -0.125f];

    // Two rounds with η = 2, β₁ = 0.5, β₂ = 0.75 and τ = 0.25 from (1, -2, 0.5), computed in double precision by a script that follows the papers line by line.
    public static TheoryData<ServerOptimizer, float[], float[]> Rounds => new()
    {
        { ServerOptimizer.Average, [2, -4, 0.5f], [4, -3.5f, 0.25f] },
        { ServerOptimizer.FedAvgM, [2, -4, 0.5f], [4.5f, -4.5f, 0.25f] },
        { ServerOptimizer.FedAdagrad, [1.618034f, -2.780776f, 0.5f], [2.513678f, -2.97152f, 0.263932f] },
        { ServerOptimizer.FedYogi, [1.828427f, -3.236068f, 0.5f], [3.277917f, -3.550588f, 0.245967f] },
        { ServerOptimizer.FedAdam, [1.861002f, -3.258079f, 0.5f], [3.373913f, -3.596768f, 0.220759f] },
    };

    [Theory]
    [MemberData(nameof(Rounds))]
    public void Two_rounds_are_those_of_the_paper(ServerOptimizer optimizer, float[] afterFirst, float[] afterSecond)
    {
        var algorithm = Create(optimizer);
        var start = algorithm.Init(new ParameterVector(Schema, [1, -2, 0.5f]));
        var first = algorithm.Apply(start, First, RoundOf.Nobody);
        var second = algorithm.Apply(first, Second, RoundOf.Nobody);

        Assert.Equal(afterFirst, first.Parameters.Values.ToArray(), Near);
        Assert.Equal(afterSecond, second.Parameters.Values.ToArray(), Near);
        Assert.Equal([1, -2, 0.5f], start.Parameters.Values.ToArray());
        Assert.Equal(first.Parameters.Values.ToArray(), algorithm.Apply(start, First, RoundOf.Nobody).Parameters.Values.ToArray());   // nothing of the state was written over
        Assert.Equal((start.Slots.Count, 2), (second.Slots.Count, second.Round));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Running_statistics_become_their_mean_whatever_the_step(ServerOptimizer optimizer)
    {
        var schema = new ParameterSchema([new TensorSpec("1.running_variance", [1], Trainable: false), new TensorSpec("1.weight", [2])]);
        var algorithm = Create(optimizer);
        var state = algorithm.Init(new ParameterVector(schema, [1, 1, 1]));
        state = algorithm.Apply(algorithm.Apply(state, [-0.5f, 1, 1], RoundOf.Nobody), [-0.25f, 1, 1], RoundOf.Nobody);
        Assert.Equal(0.25f, state.Parameters.Values.Span[0]);
        Assert.NotEqual(1, state.Parameters.Values.Span[1]);
    }

    [Fact]
    public void Momentum_of_0_is_the_average_bit_by_bit()
    {
        var (average, momentum) = (Create(ServerOptimizer.Average), Create(new ServerSpec { Optimizer = ServerOptimizer.FedAvgM, Beta1 = 0 }));
        var (a, b) = (average.Init(new ParameterVector(Schema, [0.1f, 0.2f, 0.3f])), momentum.Init(new ParameterVector(Schema, [0.1f, 0.2f, 0.3f])));
        foreach (var mean in (float[][])[First, Second, [0.7f, 1e-9f, -3e7f]])
            (a, b) = (average.Apply(a, mean, RoundOf.Nobody), momentum.Apply(b, mean, RoundOf.Nobody));
        Assert.Equal(a.Parameters.Hash, b.Parameters.Hash);
    }

    // η = 2 falls as half a cosine over four rounds: 2, 1 + √2/2, 1, 1 - √2/2. A mean of 1 moves the average by just that.
    [Fact]
    public void Learning_rate_follows_its_schedule_over_the_rounds()
    {
        var algorithm = Create(new ServerSpec { Schedule = new() { Kind = ScheduleKind.Cosine } });
        var (state, moves) = (algorithm.Init(new ParameterVector(Schema, [0, 0, 0])), new List<float>());
        for (var round = 0; round < 4; round++)
        {
            var next = algorithm.Apply(state, [1, 1, 1], RoundOf.Nobody);
            moves.Add(next.Parameters.Values.Span[0] - state.Parameters.Values.Span[0]);
            state = next;
        }
        Assert.Equal([2, 1.7071068f, 1, 0.2928932f], moves, Near);
        Assert.Throws<ArgumentOutOfRangeException>(() => algorithm.Apply(state, [1, 1, 1], RoundOf.Nobody));
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Mean_of_another_length_is_refused(ServerOptimizer optimizer)
    {
        var algorithm = Create(optimizer);
        Assert.Throws<ArgumentException>(() => algorithm.Apply(algorithm.Init(new ParameterVector(Schema, new float[3])), new float[2], RoundOf.Nobody));
    }

    public static TheoryData<ServerOptimizer> Optimizers => [.. Enum.GetValues<ServerOptimizer>()];

    private static bool Near(float expected, float actual) => Math.Abs(expected - actual) <= 2e-6f;

    private static IFederatedAlgorithm Create(ServerOptimizer optimizer) => Create(new ServerSpec { Optimizer = optimizer, Beta1 = 0.5, Beta2 = 0.75, Tau = 0.25 });

    private static IFederatedAlgorithm Create(ServerSpec server) => AlgorithmCatalog.Create(new() { Federation = new() { Rounds = 4, Algorithm = new() { ServerLearningRate = 2, Server = server } } });
}
