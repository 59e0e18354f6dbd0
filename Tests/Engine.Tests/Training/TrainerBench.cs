using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Training;

namespace Federated.Engine.Tests.Training;

/// <summary>A workspace around a small model, to train clients on.</summary>
internal sealed class TrainerBench : IDisposable
{
    private readonly TrainingSpec _training;
    private readonly ExampleSet _examples;

    public TrainerBench(TrainingSpec training, ExampleSet examples, ImmutableArray<int> input, int classes, params ImmutableArray<LayerSpec> layers)
    {
        LibtorchSetup.Ensure();
        (_training, _examples) = (training, examples);
        var result = ModelPlanner.Plan(new ModelSpec { Layers = layers }, classes > 0 ? DataShape.ForClasses(input, classes) : DataShape.ForNumbers(input));
        Plan = result.Plan ?? throw new InvalidOperationException(string.Join("; ", result.Errors));
        Workspace = new Workspace(Plan, training, examples.Count);
    }

    /// <summary>One example x = 1 with target 0 and one weight without bias: the loss is w², its gradient 2w, and every epoch is one step.</summary>
    public static TrainerBench Square(TrainingSpec training) =>
        new(training with { Loss = Loss.Mse, BatchSize = 1 }, new ArrayExamples([[1f]], targets: [0f]), [1], 0, new DenseLayer { Units = 1, Bias = false });

    public ModelPlan Plan { get; }

    public Workspace Workspace { get; }

    public int Rounds { get; init; } = 10;

    /// <summary>Examples to train on; empty for all.</summary>
    public ImmutableArray<int> Own { get; init; } = [];

    /// <summary>Examples to validate on.</summary>
    public ImmutableArray<int> Validation { get; init; } = [];

    public LocalTrainer Trainer(int round = 1, string client = "client-0", ulong seed = 42, CancellationToken cancellation = default) =>
        new(Workspace, _training, _examples, Own.IsEmpty ? [.. Enumerable.Range(0, _examples.Count)] : Own, Validation, new TrainingScope(seed, round, client, Rounds), cancellation);

    public (float[] Parameters, MetricSums Sums) Train(float[] start, int round = 1, string client = "client-0")
    {
        var result = new float[Plan.Schema.Count];
        return (result, Trainer(round, client).Train(start, result, default).Sums);
    }

    public MetricSums Measure(float[] parameters)
    {
        Workspace.Replica.Parameters.Load(parameters);
        return Evaluator.Measure(Workspace, _examples, Enumerable.Range(0, _examples.Count).ToArray(), default).Sums;
    }

    public float[] Start(ulong seed = 42) => InitialParameters.Draw(Plan, seed).Values.ToArray();

    public void Dispose() => Workspace.Dispose();
}
