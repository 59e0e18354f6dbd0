using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Tests.Privacy;
using Federated.Engine.Data;
using Xunit.Abstractions;

namespace Federated.Engine.Tests.Privacy;

/// <summary>Whether a model tells who was in its training data: the loss-threshold attack of Yeom, Giacomelli, Fredrikson, Jha, "Privacy Risk in Machine Learning", CSF 2018, arXiv:1709.01604. Who has no larger loss
/// than members of such models have on average is called a member; the advantage is the share of members so called less that of others. Five models, each of 40 digits, and as many digits that it has not seen.</summary>
public sealed class MembershipInferenceTests(ITestOutputHelper output)
{
    private const int Models = 5;
    private const int Members = 40;
    private const int Steps = 20;
    private const double Noise = 12;

    private static readonly JobSpec Plain = new()
    {
        Model = new ModelSpec { Layers = [new FlattenLayer(), new DenseLayer { Units = 32, Activation = Activation.Tanh }, new DenseLayer { Units = 10, Activation = Activation.Softmax }] },
        Training = new() { Epochs = 200, BatchSize = Members, Optimizer = new() { LearningRate = 0.5 } },
    };

    // Lots of everybody: each step is a Gaussian release, without sampling.
    private static readonly JobSpec Private = Plain with
    {
        Training = Plain.Training with { Epochs = Steps },
        Privacy = new() { Differential = new() { Mechanism = PrivacyMechanism.Example, Clip = 1, NoiseMultiplier = Noise } },
    };

    [Fact]
    public void Noise_hides_who_was_in_the_training_data()
    {
        var (plain, hidden) = (Attack(Plain), Attack(Private));
        // The attack compares models that differ in one example that was replaced. Whoever tells two (ε, δ)-close releases apart has an advantage of at most (e^ε - 1 + 2δ) / (e^ε + 1); of all pairs the one of ε = 0 says the most: δ.
        var ledger = PrivacyLedger.Empty.Add(new GaussianEvent(Noise, Adjacency.ReplaceOne), Steps);
        var bound = PrivacyAccountant.Delta(ledger, epsilon: 0, AccountantKind.LossDistribution).Guarantee!.Delta;
        var epsilon = PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new GaussianEvent(Noise), Steps), delta: 1e-3, AccountantKind.LossDistribution).Guarantee!.Epsilon;
        output.WriteLine(FormattableString.Invariant($"without noise: advantage {plain.Advantage:0.000}, accuracy on others {plain.Accuracy:0.000}"));
        output.WriteLine(FormattableString.Invariant($"with noise, (ε = {epsilon:0.00}, δ = 0.001) for an example: advantage {hidden.Advantage:0.000}, at most {bound:0.000}; accuracy on others {hidden.Accuracy:0.000}"));

        Assert.True(plain.Advantage > bound, "Without noise the attack does what no attack can against the noise.");
        Assert.True(hidden.Advantage < bound);
        Assert.True(hidden.Advantage < 0.5 * plain.Advantage);
    }

    private static (double Advantage, double Accuracy) Attack(JobSpec job)
    {
        var losses = Enumerable.Range(0, Models).Select(model => Losses(job, model)).ToArray();
        var (members, others, right) = (0, 0, 0L);
        for (var model = 0; model < Models; model++)
        {
            // Of the other models, which the attacker could have made of data of its own: this one's members decide nothing but what it was trained to.
            var threshold = losses.Where((_, other) => other != model).Average(each => each[..Members].Average(example => example.LossSum));
            members += losses[model][..Members].Count(example => example.LossSum <= threshold);
            others += losses[model][Members..].Count(example => example.LossSum <= threshold);
            right += losses[model][Members..].Sum(example => example.Correct);
        }
        const double All = Models * Members;
        return ((members - others) / All, right / All);
    }

    // Of each example alone; the first half are the model's.
    private static MetricSums[] Losses(JobSpec job, int model)
    {
        var digits = DigitsSet.Load();
        var pool = Pool(digits.Train, model * 2 * Members, 2 * Members);
        using var engine = new RunEngine(job, new(digits.Shape, pool, pool, [new ClientData("victim", [.. Enumerable.Range(0, Members)], [], [])]), AlgorithmCatalog.Create(job), secret: new SeededSecureRandom((ulong)model));
        var (start, update) = (engine.InitialParameters().Values.ToArray(), new float[engine.Schema.Count]);
        engine.Train("victim", 1, start, update, ClientState.Empty, default);
        var trained = start.Zip(update, (before, change) => before + change).ToArray();
        return [.. Enumerable.Range(0, 2 * Members).Select(example => engine.EvaluateTest(trained, example, 2 * Members, default).Sums)];
    }

    private static ArrayExamples Pool(ExampleSet set, int first, int count)
    {
        var features = Enumerable.Range(first, count).Select(index =>
        {
            var pixels = new float[set.Width];
            set.CopyFeatures(index, pixels);
            return pixels;
        });
        return new([.. features], [.. set.Labels.Slice(first, count)]);
    }
}
