using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Tests.Privacy;
using Federated.Engine;
using Federated.Engine.Data;
using Federated.V1;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Tasks;

/// <summary>The noise of mechanism local where it counts: in what a worker uploads. A learning rate of 1e-30 leaves nothing of the update but its noise, which is the operating system's; the checks say how often they are wrong.</summary>
public sealed class LocalNoiseTests : IDisposable
{
    private const double Sigma = 2 * 0.25;   // z C
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task What_leaves_the_worker_is_the_update_with_noise_that_is_fresh_each_time()
    {
        var job = new JobSpec
        {
            Model = new() { Layers = [new FlattenLayer(), new DenseLayer { Units = 200 }, new DenseLayer { Units = 10, Activation = Activation.Softmax }] },
            Data = new() { Name = "digits", Clients = 100 },
            Training = new() { Optimizer = new() { LearningRate = 1e-30 } },
            Privacy = new() { Differential = new() { Mechanism = PrivacyMechanism.Local, Clip = 0.25, NoiseMultiplier = 2 } },
        };
        using var engine = await new TorchEngine(new DatasetStore(new DataFolders([], _folder.Path))).OpenAsync(job, [], default);

        var (first, again) = (Uploaded(job, engine), Uploaded(job, engine));

        Assert.Equal(200 * 65 + 10 * 201, first.Length);
        NormalFit.Check(first, Sigma);
        NormalFit.Check(again, Sigma);
        NormalFit.CheckUnrelated(first, again, Sigma);
    }

    public void Dispose() => _folder.Dispose();

    private double[] Uploaded(JobSpec job, IRunEngine engine)
    {
        var task = new AssignTask { Id = new() { Run = "run", Round = 1, Attempt = 1, Client = engine.Clients[0].Id, Kind = TaskKind.Train } };
        var states = new ClientStateStore("run", Path.Combine(_folder.Path, "state"));
        var result = Assert.IsType<UploadResult>(TaskWork.Execute(task, job, engine, engine.InitialParameters(), states, TimeProvider.System, default));
        return [.. result.Values.ToArray().Select(value => (double)value)];
    }
}
