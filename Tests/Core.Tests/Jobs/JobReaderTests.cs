using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Jobs;

public sealed class JobReaderTests
{
    [Fact]
    public void A_job_with_only_a_model_has_every_default()
    {
        var result = JobReader.Read("model: {name: mlp}");
        Assert.Empty(result.Errors);
        Assert.Equal(new JobSpec { Model = new() { Name = "mlp" } }, result.Job);
    }

    [Fact]
    public void A_full_job_is_read_key_by_key()
    {
        var result = JobReader.Read("""
            name: fashion-fedavg
            seed: 18446744073709551615
            model: { name: keras-cnn }            # or layers
            data: { name: fashion-mnist, clients: 10, partition: { kind: dirichlet, alpha: 0.5 }, validation: 0.1 }
            federation:
              rounds: 20
              cohort: { fraction: 1.0, minimum: 2, over_select: 1.0, deadline: 60s }
              algorithm: { name: fedavg }
            training: { epochs: 1, batch_size: 32, optimizer: { name: sgd, learning_rate: 0.05, momentum: 0.9 } }
            evaluation: { every: 1 }
            stop: { accuracy: 0.95 }
            """);
        Assert.Empty(result.Errors);
        var job = result.Job!;
        Assert.Equal(("fashion-fedavg", ulong.MaxValue, "keras-cnn"), (job.Name, job.Seed, job.Model.Name));
        Assert.Equal(("fashion-mnist", 10, PartitionKind.Dirichlet, 0.5, 0.1), (job.Data.Name, job.Data.Clients, job.Data.Partition.Kind, job.Data.Partition.Alpha, job.Data.Validation));
        Assert.Equal((20, 1.0, 2, TimeSpan.FromSeconds(60)), (job.Federation.Rounds, job.Federation.Cohort.Fraction, job.Federation.Cohort.Minimum, job.Federation.Cohort.Deadline));
        Assert.Equal((OptimizerName.Sgd, 0.05, 0.9), (job.Training.Optimizer.Name, job.Training.Optimizer.LearningRate, job.Training.Optimizer.Momentum));
        Assert.Equal((1, 0.95), (job.Evaluation.Every, job.Stop.Accuracy));
    }

    [Fact]
    public void Layers_are_read_as_mappings_bare_names_and_activations()
    {
        var result = JobReader.Read("""
            model:
              layers:
                - conv2d: {filters: 32, kernel: 3, padding: same, activation: leaky_relu}
                - batch_norm
                - relu
                - max_pool2d: {size: 2, stride: null}
                - avg_pool2d:
                    size: 2
                    stride: 1
                - group_norm: {groups: 4}
                - flatten:
                - dropout: {rate: 0.25}
                - dense: {units: 10, bias: false}
                - softmax
            """);
        Assert.Empty(result.Errors);
        Assert.Equal<LayerSpec>(
            [
                new Conv2dLayer { Filters = 32, Kernel = 3, Padding = Padding.Same, Activation = Activation.LeakyRelu },
                new BatchNormLayer(), new ActivationLayer { Activation = Activation.Relu },
                new MaxPool2dLayer { Size = 2 }, new AvgPool2dLayer { Size = 2, Stride = 1 },
                new GroupNormLayer { Groups = 4 }, new FlattenLayer(), new DropoutLayer { Rate = 0.25 },
                new DenseLayer { Units = 10, Bias = false }, new ActivationLayer { Activation = Activation.Softmax },
            ], result.Job!.Model.Layers);
    }

    [Fact]
    public void Sections_whose_keys_are_all_commented_out_have_their_defaults() =>
        Assert.Equal(new JobSpec { Model = new() { Name = "mlp" } }, JobReader.Read("model: {name: mlp}\nstop:\n#  accuracy: 0.9\ntraining: ~\n").Job);

    [Fact]
    public void The_order_of_keys_does_not_matter() => Assert.Equal(
        JobReader.Read("model: {name: mlp}\ntraining: {optimizer: {beta1: 0.8, name: adamw}}").Job,
        JobReader.Read("training: {optimizer: {name: adamw, beta1: 0.8}}\nmodel: {name: mlp}").Job);

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("60s", 60)]
    [InlineData("5m", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("7d", 604800)]
    public void Durations_are_read_with_their_units(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), JobReader.Read($"model: {{name: mlp}}\nfederation: {{cohort: {{deadline: {text}}}}}").Job!.Federation.Cohort.Deadline);

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_do_no_harm() =>
        Assert.NotNull(JobReader.Read("\uFEFF# job\r\nmodel:\r\n  name: mlp\r\nfederation:\r\n  rounds: 3\r\n").Job);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n...\n")]
    [InlineData("{}")]
    public void An_empty_job_lacks_only_a_model(string text) =>
        Assert.Equal([$"model: a job needs a model; give model.name ({string.Join(", ", NamedModels.Names[..^1])} or {NamedModels.Names[^1]}) or model.layers (a list of layers)."],
            JobReader.Read(text).Errors.Select(error => error.ToString()));
}
