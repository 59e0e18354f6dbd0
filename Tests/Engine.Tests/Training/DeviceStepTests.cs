using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using Federated.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Training;

/// <summary>Steps on a device, taken on the processor, against the steps in the host's memory.</summary>
public sealed class DeviceStepTests
{
    private static readonly ParameterSchema Schema = new([new("1.weight", [40, 30]), new("1.bias", [40]), new("2.running_mean", [40], Trainable: false), new("3.weight", [5, 2])]);

    public static TheoryData<TrainingSpec> Specs =>
    [
        .. OptimizerTests.Specs.Select((object[] row) => new TrainingSpec { Optimizer = (OptimizerSpec)row[0] }), new TrainingSpec { ClipNorm = 3 }, new TrainingSpec { ClipValue = 0.25, ClipNorm = 2 },
        new TrainingSpec { L1 = 0.1, L2 = 0.2, ClipNorm = 1e6 },
    ];

    [Theory]
    [MemberData(nameof(Specs))]
    public void Both_ways_take_the_same_steps(TrainingSpec training)
    {
        LibtorchSetup.Ensure();
        Assert.All(Steps(training, onDevice: false).Zip(Steps(training, onDevice: true)), pair => Assert.Equal(pair.First, pair.Second, 5e-6f));
    }

    [Fact]
    public void A_reset_forgets_all_steps_before_it()
    {
        LibtorchSetup.Ensure();
        using var parameters = new FlatParameters(Schema);
        using var step = new DeviceStep(parameters, new TrainingSpec { Optimizer = new OptimizerSpec { Name = OptimizerName.Adam, LearningRate = 0.1 } });
        float[][] runs = [Run(), Run()];
        Assert.Equal(runs[0], runs[1]);

        float[] Run()
        {
            step.Reset();
            return Steps(parameters, step, new TrainingSpec(), onDevice: true);
        }
    }

    [Fact]
    public void Native_tensors_do_not_pile_up()
    {
        LibtorchSetup.Ensure();
        using var parameters = new FlatParameters(Schema);
        using var step = new DeviceStep(parameters, new TrainingSpec { ClipNorm = 1, Optimizer = new OptimizerSpec { Name = OptimizerName.Adam, LearningRate = 0.1 } });
        Round();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) Round();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Round()
        {
            step.Reset();
            Steps(parameters, step, new TrainingSpec(), onDevice: true);
        }
    }

    private static float[] Steps(TrainingSpec training, bool onDevice)
    {
        using var parameters = new FlatParameters(Schema);
        using ParameterStep step = onDevice ? new DeviceStep(parameters, training) : new HostStep(parameters, training);
        return Steps(parameters, step, training, onDevice);
    }

    private static float[] Steps(FlatParameters parameters, ParameterStep step, TrainingSpec training, bool onDevice)
    {
        var draws = new RandomStream(3);
        parameters.Load(Draw(Schema.Count));
        for (var number = 1; number <= 5; number++)
        {
            using (NewDisposeScope())
            {
                // The last tensor has no gradient, as a layer has none that the loss does not reach.
                foreach (var tensor in parameters.Tensors.Where(tensor => tensor.requires_grad).SkipLast(1))
                    tensor.grad = torch.tensor(Draw((int)tensor.numel()), tensor.shape);
                if (GradientPenalty.IsAskedFor(training)) Penalise(parameters, training, onDevice);
                step.Take(0.1 / number);
            }
            parameters.ClearGradients();
        }
        var result = new float[Schema.Count];
        parameters.Save(result);
        return result;

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(2 * draws.NextDouble() - 1))];
    }

    private static void Penalise(FlatParameters parameters, TrainingSpec training, bool onDevice)
    {
        if (!onDevice)
        {
            GradientPenalty.Add(parameters, training);
            return;
        }
        foreach (var tensor in parameters.Tensors)
            if (tensor.dim() > 1 && tensor.grad is { } gradient) GradientPenalty.Add(tensor, gradient, training.L1, 2 * training.L2);
    }
}
