using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class JobWriterTests
{
    [Fact]
    public void The_complete_job_has_every_default_that_has_an_effect() => Assert.Equal("""
        name: federated-run
        seed: 42
        model:
          name: mlp
        data:
          name: digits
          clients: 10
          partition:
            kind: iid
          validation: 0.0
          placement: shared
        federation:
          rounds: 10
          mode: synchronous
          cohort:
            fraction: 1.0
            minimum: 1
            over_select: 1.0
            selection:
              kind: uniform
            deadline: 10m
          algorithm:
            name: fedavg
            server_learning_rate: 1.0
            server:
              optimizer: average
              schedule:
                kind: constant
                warm_up: 0
          aggregation:
            rule: mean
          retries: 3
        training:
          epochs: 1
          batch_size: 32
          loss: null
          label_smoothing: 0.0
          class_weights: null
          balance_classes: false
          optimizer:
            name: sgd
            learning_rate: 0.05
            schedule:
              kind: constant
              over: rounds
              warm_up: 0
            momentum: 0.0
            nesterov: false
            weight_decay: 0.0
          clip_norm: null
          clip_value: null
          l1: 0.0
          l2: 0.0
          patience: null
          precision: float32
          augmentation:
            crop_padding: 0
            horizontal_flip: false
            vertical_flip: false
            rotation: 0.0
            brightness: 0.0
            contrast: 0.0
            cutout: 0
            noise: 0.0
            scaling: 0.0
            unknown_tokens: 0.0
            dropped_tokens: 0.0
            mixup: 0.0
        evaluation:
          every: 1
          per_client: false
        stop:
          accuracy: null
          metric: null
          target: null
          patience: null
          minimum_improvement: 0.0
        privacy:
          secure_aggregation:
            enabled: false
          differential:
            mechanism: none
        attack:
          kind: none
        simulation:
          drop_out: 0.0

        """.ReplaceLineEndings("\n"), JobWriter.Write(JobReader.Read("model: {name: mlp}").Job!));

    [Fact]
    public void Layers_are_written_one_a_line() => Assert.Contains("""
          layers:
            - conv2d: {filters: 16, kernel: 3, stride: 1, dilation: 1, groups: 1, padding: same, activation: relu, bias: true, initializer: glorot_uniform}
            - max_pool2d: {size: 2, stride: null}
            - conv2d: {filters: 32, kernel: 3, stride: 1, dilation: 1, groups: 1, padding: same, activation: relu, bias: true, initializer: glorot_uniform}
            - max_pool2d: {size: 2, stride: null}
            - flatten
            - dense: {units: 64, activation: relu, bias: true, initializer: glorot_uniform}
            - dense: {units: 10, activation: softmax, bias: true, initializer: glorot_uniform}

        """.ReplaceLineEndings("\n"), JobWriter.Write(JobReader.Read(DefaultJob.Yaml).Job!), StringComparison.Ordinal);

    [Fact]
    public void Layers_with_layers_inside_are_indented() => Assert.Contains("""
          layers:
            - residual:
                layers:
                  - relu
                  - residual:
                      layers:
                        - flatten
                      shortcut: identity
                      shortcut_groups: null
                      activation: none
                      initializer: glorot_uniform
                shortcut: auto
                shortcut_groups: 2
                activation: relu
                initializer: glorot_uniform
            - dense: {units: 2, activation: none, bias: true, initializer: glorot_uniform}

        """.ReplaceLineEndings("\n"), JobWriter.Write(JobReader.Read("""
            data: {name: csv, path: a.csv}
            model:
              layers:
                - residual: {layers: [relu, residual: {layers: [flatten], shortcut: identity, activation: none}], shortcut_groups: 2}
                - dense: {units: 2}
            """).Job!), StringComparison.Ordinal);

    [Fact]
    public void Every_generated_job_reads_back_equal_and_writes_the_same_text()
    {
        for (var number = 0; number < 500; number++)
        {
            var job = GeneratedJob.Create(number);
            var text = JobWriter.Write(job);
            var result = JobReader.Read(text);
            Assert.True(result.Errors.IsEmpty, $"Job {number}: {string.Join('\n', result.Errors)}\n{text}");
            Assert.True(job == result.Job, $"Job {number} reads back as another one:\n{text}\n{JobWriter.Write(result.Job!)}");
            Assert.Equal(text, JobWriter.Write(result.Job!));
        }
    }

    [Fact]
    public void Equal_jobs_are_equal_whatever_built_their_layer_lists()
    {
        var (one, other) = (JobReader.Read(DefaultJob.Yaml).Job!, JobReader.Read(DefaultJob.Yaml).Job!);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other with { Model = other.Model with { Layers = other.Model.Layers.RemoveAt(0) } });
    }

    [Fact]
    public void A_duration_that_no_job_file_can_have_is_refused() => Assert.Throws<ArgumentException>(() =>
        JobWriter.Write(new JobSpec { Federation = new() { Cohort = new() { Deadline = TimeSpan.FromTicks(1) } } }));
}
