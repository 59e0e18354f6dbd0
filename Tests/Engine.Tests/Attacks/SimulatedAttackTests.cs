using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Attacks;

/// <summary>What simulated attackers send, beside what the same clients would send if they were honest.</summary>
public sealed class SimulatedAttackTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    [Fact]
    public void Sign_flip_sends_the_opposite_times_the_factor()
    {
        var (honest, sent) = (Update(new(), "b"), Update(Attack(AttackKind.SignFlip) with { Scale = 4 }, "b"));
        Assert.Equal(honest.Select(value => -4 * value), sent);
        Assert.Equal(Update(new(), "a"), Update(Attack(AttackKind.SignFlip), "a"));
    }

    [Fact]
    public void Gaussian_noise_has_the_deviation_that_was_asked_for_and_is_the_rounds_own()
    {
        var attack = Attack(AttackKind.Gaussian) with { Deviation = 3 };
        var sent = Update(attack, "b");

        Assert.Equal(sent, Update(attack, "b"));
        Assert.NotEqual(sent, Update(attack, "b", round: 2));
        Assert.NotEqual(sent, Update(attack, "d"));
        // 1003 values: the standard error of the deviation is 3 / sqrt(2 * 1003), 0.07.
        Assert.InRange(Math.Sqrt(sent.Average(value => (double)value * value)), 2.7, 3.3);
    }

    [Fact]
    public void Inner_product_sends_the_opposite_of_the_attackers_honest_mean()
    {
        var (first, second) = (Update(new(), "b"), Update(new(), "d"));
        var sent = Update(Attack(AttackKind.InnerProduct) with { Scale = 2 }, "d");
        for (var i = 0; i < sent.Length; i++) Assert.Equal(-(first[i] + second[i]), sent[i], 1e-6f);
        Assert.Equal(sent, Update(Attack(AttackKind.InnerProduct) with { Scale = 2 }, "b"));
    }

    // Of two values the standard deviation is half their distance.
    [Fact]
    public void Alie_moves_the_honest_mean_by_deviations()
    {
        var (first, second) = (Update(new(), "b"), Update(new(), "d"));
        var sent = Update(Attack(AttackKind.Alie) with { Deviations = 1.5 }, "b");
        for (var i = 0; i < sent.Length; i++) Assert.Equal((first[i] + second[i]) / 2 - 1.5f * Math.Abs(first[i] - second[i]) / 2, sent[i], 1e-6f);
    }

    [Fact]
    public void Label_flip_trains_on_the_opposite_classes()
    {
        var flipped = new FederatedData(Data().Shape, Relabelled(label => 2 - label), Data().Test, Data().Clients);
        Assert.Equal(Update(new(), "b", data: flipped), Update(Attack(AttackKind.LabelFlip), "b"));
        Assert.NotEqual(Update(new(), "b"), Update(Attack(AttackKind.LabelFlip), "b"));
    }

    // All examples have the trigger: the corner is 1 and the class is the attacker's. Five updates a round, two of them attackers': γ = 2.5.
    [Fact]
    public void Model_replacement_trains_on_triggers_and_sends_it_magnified()
    {
        var (plain, poisoned) = (Data(), new float[60][]);
        for (var i = 0; i < poisoned.Length; i++)
        {
            poisoned[i] = new float[plain.Train.Width];
            plain.Train.CopyFeatures(i, poisoned[i]);
            foreach (var place in new[] { 0, 1, 2, 4, 5, 6, 8, 9, 10 }) poisoned[i][place] = 1;
        }
        var triggered = new FederatedData(plain.Shape, new ArrayExamples(poisoned, labels: [.. Enumerable.Repeat(1L, 60)]), plain.Test, plain.Clients);

        var (expected, sent) = (Update(new(), "b", data: triggered), Update(Attack(AttackKind.ModelReplacement) with { Poisoned = 1, Target = 1 }, "b"));

        for (var i = 0; i < sent.Length; i++) Assert.Equal(2.5f * expected[i], sent[i], 1e-5f);
    }

    [Fact]
    public void How_often_the_trigger_works_is_measured_over_the_other_classes()
    {
        var attack = Attack(AttackKind.ModelReplacement) with { Target = 2 };
        using var engine = new RunEngine(Job(attack), Data());
        // A model that says class 2 whatever it sees.
        var always = new float[engine.Schema.Count];
        always[^1] = 5;
        var sums = engine.EvaluateTest(always, 0, 2, default) + engine.EvaluateTest(always, 1, 2, default);

        var others = Enumerable.Range(0, 40).Count(index => Data().Test.Labels[index] != 2);
        var tally = sums.Tallies.Single(tally => tally.Name == TallyNames.Backdoor);
        Assert.Equal((others, others), (tally[0], tally[1]));
        Assert.Equal(1.0, Figures.Of(sums, []).Single(figure => figure.Name == "backdoor").Value);
        using var without = new RunEngine(Job(new()), Data());
        Assert.DoesNotContain(without.EvaluateTest(always, 0, 1, default).Tallies, tally => tally.Name == TallyNames.Backdoor);
    }

    [Theory]
    [InlineData("attack.target is 3, and the data has the classes 0 to 2.", AttackKind.ModelReplacement, 3)]
    [InlineData("set attack.deviations", AttackKind.Alie, 0)]
    public void What_is_not_defined_for_the_data_is_refused(string reason, AttackKind kind, int target)
    {
        var error = Assert.Throws<EngineException>(() => new RunEngine(Job(Attack(kind) with { Target = target, Clients = kind == AttackKind.Alie ? ["a"] : ["b", "d"] }), Data()));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attackers_side_by_side_send_what_they_send_one_by_one()
    {
        var job = Job(Attack(AttackKind.Alie) with { Deviations = 1 });
        using var engine = new RunEngine(job, Data());
        var expected = new[] { "b", "d" }.Select(client => Update(job.Attack, client)).ToArray();
        var actual = await Task.WhenAll(new[] { "b", "d" }.Select(client => Task.Factory.StartNew(() => Update(engine, client, 1), TaskCreationOptions.LongRunning)));
        Assert.Equal(expected, actual);
    }

    private static AttackSpec Attack(AttackKind kind) => new() { Kind = kind, Clients = ["b", "d"] };

    private static JobSpec Job(AttackSpec attack) => new()
    {
        Attack = attack,
        Model = new ModelSpec { Layers = [new FlattenLayer(), new DenseLayer { Units = 50, Activation = Activation.Relu }, new DenseLayer { Units = 3, Activation = Activation.Softmax }] },
        Training = new TrainingSpec { BatchSize = 4 },
    };

    private static FederatedData Data() => new(DataShape.ForClasses([1, 4, 4], 3), ArrayExamples.Noise(60, 16, 3), ArrayExamples.Noise(40, 16, 3, seed: 2),
        [.. Names.Select((name, number) => new ClientData(name, [.. Enumerable.Range(12 * number, 12)], [], []))]);

    private static ArrayExamples Relabelled(Func<long, long> change)
    {
        var plain = Data().Train;
        var rows = Enumerable.Range(0, plain.Count).Select(index =>
        {
            var row = new float[plain.Width];
            plain.CopyFeatures(index, row);
            return row;
        });
        return new([.. rows], labels: Array.ConvertAll(plain.Labels.ToArray(), label => change(label)));
    }

    private static float[] Update(AttackSpec attack, string client, int round = 1, FederatedData? data = null)
    {
        using var engine = new RunEngine(Job(attack), data ?? Data());
        return Update(engine, client, round);
    }

    private static float[] Update(RunEngine engine, string client, int round)
    {
        var update = new float[engine.Schema.Count];
        engine.Train(client, round, engine.InitialParameters().Values, update, ClientState.Empty, default);
        return update;
    }
}
