using System.Collections.Immutable;
using System.Reflection;
using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Jobs;

/// <summary>Errors word for word: they are what people see.</summary>
public sealed class JobReaderErrorTests
{
    private const string Model = "model: {name: mlp}\n";

    [Fact]
    public void Every_error_is_listed_at_once_in_the_order_of_the_text()
    {
        var errors = Errors("""
            nmae: x
            seed: -1
            model: { name: keras-cn }
            data: { name: minst, clients: 0, partition: { kind: dirichlet, alpha: .nan } }
            federation:
              ruonds: 20
              cohort: { fraction: 1.5, minimum: 3.5, deadline: 60 }
            training:
              epochs: "3"
              momentum: 0.9
              optimizer: [sgd]
              loss: crossentropy
            stop: { accuracy: high }
            """);
        Assert.Equal(
            [
                "line 1, nmae: 'nmae' is not a key here; did you mean 'name'? Allowed: name, seed, model, data, federation, training, evaluation, stop, privacy, attack or simulation.",
                "line 2, seed: -1 is out of range; allowed: 0 to 18446744073709551615.",
                "line 3, model.name: 'keras-cn' is not known; did you mean 'keras-cnn'? Allowed: {models}.",
                "line 4, data.name: 'minst' is not known; did you mean 'mnist'? Allowed: {datasets}.",
                "line 4, data.clients: 0 is out of range; allowed: 1 to 100000.",
                "line 4, data.partition.alpha: '.nan' is not a number; allowed: above 0 and at most 1000000.",
                "line 6, federation.ruonds: 'ruonds' is not a key here; did you mean 'rounds'? Allowed: rounds, mode, asynchronous, cohort, algorithm, aggregation or retries.",
                "line 7, federation.cohort.fraction: 1.5 is out of range; allowed: above 0 and at most 1.",
                "line 7, federation.cohort.minimum: '3.5' is not a whole number; allowed: 1 to 100000.",
                "line 7, federation.cohort.deadline: '60' is not a duration; write it with units, for example 60s, 5m, 1h30m or 250ms; allowed: above 0s and at most 7d.",
                "line 9, training.epochs: '3' is text because of its quotes; needs a whole number, 1 to 10000, without quotes.",
                "line 10, training.momentum: 'momentum' is not a key here; did you mean 'training.optimizer.momentum'? Allowed: epochs, batch_size, loss, huber_delta, label_smoothing, class_weights, balance_classes, optimizer, clip_norm, clip_value, l1, l2, patience, precision or augmentation.",
                "line 11, training.optimizer: a list stands here; needs keys with values (name, learning_rate, schedule, momentum, nesterov, weight_decay, beta1, beta2, alpha, epsilon).",
                "line 12, training.loss: 'crossentropy' is not known; did you mean 'cross_entropy'? Allowed: cross_entropy, mse, mae or huber.",
                "line 13, stop.accuracy: 'high' is not a number; allowed: above 0 and at most 1.",
            ], errors);
    }

    [Fact]
    public void Layer_errors_name_the_entry_and_the_option() => Assert.Equal(
        [
            "line 3, model.layers[0].conv2d.filtres: 'filtres' is not a key here; did you mean 'filters'? Allowed: filters, kernel, stride, dilation, groups, padding, activation, bias or initializer.",
            "line 3, model.layers[0].conv2d.filters: is missing; needs a whole number, 1 to 65536.",
            "line 4, model.layers[1]: 'maxpool2d' is not known; did you mean 'max_pool2d'? Allowed: {layers}.",
            "line 5, model.layers[2]: 2 keys stand here; indent the options below 'dense', since a layer is one name, for example '- dense: {...}'.",
            "line 7, model.layers[3]: relu has no options; write just '- relu'.",
            "line 8, model.layers[4].dense.units: is missing; needs a whole number, 1 to 1000000.",
            "line 9, model.layers[5].flatten.axis: 'axis' is not known; there are no options here.",
            "line 10, model.layers[6].dropout.rate: 1.0 is out of range; allowed: at least 0 and below 1.",
            "line 11, model.layers[7]: a list stands here; a layer is one name, with its options below it, for example '- dense: {...}'.",
            "line 12, model.layers[8].dense: the single value '64' stands here; needs keys with values (units, activation, bias, initializer).",
        ], Errors("""
            model:
              layers:
                - conv2d: {filtres: 32}
                - maxpool2d
                - dense:
                  units: 10
                - relu: {slope: 0.1}
                - dense
                - flatten: {axis: 1}
                - dropout: {rate: 1.0}
                - [dense, 10]
                - dense: 64
            """));

    [Fact]
    public void Errors_of_layers_inside_layers_name_their_way_down() => Assert.Equal(
        [
            "line 3, model.layers[0].residual.layers[0].conv2d.filters: is missing; needs a whole number, 1 to 65536.",
            "line 3, model.layers[0].residual.layers[1].residual.layers: the list is empty; it needs at least one layer.",
            "line 4, model.layers[1].residual.layers: is missing; needs a list of layers, each after '- '.",
            "line 5, model.layers[2].residual.layers: has no value; needs a list of layers, each after '- '.",
            "line 6, model.layers[3].residual.layers: a mapping of keys stands here; needs a list of layers, each after '- '.",
            "line 7, model.layers[4].residual.shortcut: 'none' is not known; allowed: auto, identity or projection.",
        ], Errors("""
            model:
              layers:
                - residual: {layers: [conv2d, residual: {layers: []}]}
                - residual
                - residual: {layers: }
                - residual: {layers: {relu: }}
                - residual: {layers: [relu], shortcut: none}
            """));

    [Fact]
    public void Shapes_softmax_and_statistics_are_seen_inside_layers() => Assert.Equal(
        [
            "line 5, model.layers[1].residual.layers[0]: layer 2.1: softmax gives class probabilities and may only be the last layer of a model.",
            "line 5, model.layers[1].residual.layers[1].residual.layers[0]: layer 2.2.1: group_norm gets [7] and needs channels that its 2 groups divide: the next smaller number of groups is 1.",
            "line 5, model.layers[1].residual.layers[1].residual.layers[1]: layer 2.2.2: batch_norm has running statistics, which fedsgd's gradients never move; use group_norm, or federation.algorithm.name fedavg.",
        ], Errors("""
            federation: {algorithm: {name: fedsgd}}
            model:
              layers:
                - flatten
                - residual: {layers: [dense: {units: 7, activation: softmax}, residual: {layers: [group_norm: {groups: 2}, batch_norm]}]}
                - dense: {units: 10}
            """));

    [Fact]
    public void Softmax_inside_layers_is_seen_where_shapes_are_not_known() => Assert.Equal(
        ["line 2, model.layers[0].residual.layers[1]: layer 1.2: softmax gives class probabilities and may only be the last layer of a model."],
        Errors("data: {name: csv, path: a.csv}\nmodel: {layers: [residual: {layers: [relu, softmax]}, softmax]}"));

    [Theory]
    [InlineData("federation: {rounds: three}", "line 2, federation.rounds: 'three' is not a whole number; allowed: 1 to 1000000.")]
    [InlineData("federation: {rounds: 99999999999999999999999999}", "line 2, federation.rounds: 99999999999999999999999999 is out of range; allowed: 1 to 1000000.")]
    [InlineData("federation: {rounds: 1e3}", "line 2, federation.rounds: '1e3' is not a whole number; allowed: 1 to 1000000.")]
    [InlineData("federation: {rounds: 0x10}", "line 2, federation.rounds: '0x10' is not a whole number; allowed: 1 to 1000000.")]
    [InlineData("federation: {rounds: }", "line 2, federation.rounds: has no value; needs a whole number, 1 to 1000000.")]
    [InlineData("federation: {rounds: {max: 3}}", "line 2, federation.rounds: a mapping of keys stands here; needs a whole number, 1 to 1000000.")]
    [InlineData("federation: 3", "line 2, federation: the single value '3' stands here; needs keys with values (rounds, mode, asynchronous, cohort, algorithm, aggregation, retries).")]
    [InlineData("training: {optimizer: {learning_rate: .inf}}", "line 2, training.optimizer.learning_rate: '.inf' is not a number; allowed: above 0 and at most 1000000.")]
    [InlineData("training: {optimizer: {learning_rate: Infinity}}", "line 2, training.optimizer.learning_rate: 'Infinity' is not a number; allowed: above 0 and at most 1000000.")]
    [InlineData("training: {optimizer: {learning_rate: 1e999}}", "line 2, training.optimizer.learning_rate: 1e999 is out of range; allowed: above 0 and at most 1000000.")]
    [InlineData("training: {optimizer: {learning_rate: 0}}", "line 2, training.optimizer.learning_rate: 0 is out of range; allowed: above 0 and at most 1000000.")]
    [InlineData("training: {optimizer: {learning_rate: '0.1'}}", "line 2, training.optimizer.learning_rate: '0.1' is text because of its quotes; needs a number, above 0 and at most 1000000, without quotes.")]
    [InlineData("training: {optimizer: {nesterov: yes}}", "line 2, training.optimizer.nesterov: 'yes' is neither true nor false.")]
    [InlineData("training: {optimizer: {name: AdamW}}", "line 2, training.optimizer.name: 'AdamW' is not known; did you mean 'adamw'? Allowed: sgd, adam, adamw, rmsprop or adagrad.")]
    [InlineData("training: {batch-size: 8}", "line 2, training.batch-size: 'batch-size' is not a key here; did you mean 'batch_size'? Allowed: epochs, batch_size, loss, huber_delta, label_smoothing, class_weights, balance_classes, optimizer, clip_norm, clip_value, l1, l2, patience, precision or augmentation.")]
    [InlineData("training: {clip_norm: -1}", "line 2, training.clip_norm: -1 is out of range; allowed: above 0 and at most 1000000000.")]
    [InlineData("federation: {cohort: {deadline: 8d}}", "line 2, federation.cohort.deadline: 8d is out of range; allowed: above 0s and at most 7d.")]
    [InlineData("federation: {cohort: {deadline: 0s}}", "line 2, federation.cohort.deadline: 0s is out of range; allowed: above 0s and at most 7d.")]
    [InlineData("federation: {algorithm: {name: FedAVG}}", "line 2, federation.algorithm.name: 'FedAVG' is not known; did you mean 'fedavg'? Allowed: ALGORITHMS.")]
    [InlineData("federation: {algorithm: {name: fedadam}}", "line 2, federation.algorithm.name: 'fedadam' is not known here; it is a value of federation.algorithm.server.optimizer. Allowed: ALGORITHMS.")]
    [InlineData("name: ../up", "line 2, name: '../up' is not possible; allowed: 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first.")]
    [InlineData("name: ..", "line 2, name: '..' is not possible; allowed: 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first.")]
    [InlineData("name: \"a\\n\"", "line 2, name: 'a?' has characters that cannot be printed; remove them.")]
    [InlineData("seed: 18446744073709551616", "line 2, seed: 18446744073709551616 is out of range; allowed: 0 to 18446744073709551615.")]
    [InlineData("seed: !!str 3", "line 2, seed: the YAML tag 'tag:yaml.org,2002:str' has no use here; remove it.")]
    [InlineData("model: {name: mlp}", "line 2, model: given twice, first in line 1; keep one.")]
    [InlineData("evaluation: {every: 1, every: 2}", "line 2, evaluation.every: given twice, first in line 2; keep one.")]
    [InlineData("? [a, b]\n: 3", "line 2: a list stands where a key belongs.")]
    public void A_wrong_value_is_one_sentence(string line, string error) =>
        Assert.Equal([error.Replace("ALGORITHMS", $"{string.Join(", ", AlgorithmCatalog.Names[..^1])} or {AlgorithmCatalog.Names[^1]}", StringComparison.Ordinal)], Errors(Model + line));

    [Theory]
    [InlineData("- 1", "line 1: a list stands here; needs keys with values (name, seed, model, data, federation, training, evaluation, stop, privacy, attack, simulation).")]
    [InlineData("mlp", "line 1: the single value 'mlp' stands here; needs keys with values (name, seed, model, data, federation, training, evaluation, stop, privacy, attack, simulation).")]
    [InlineData("model: {layers: }", "line 1, model: a job needs a model; give model.name ({models}) or model.layers (a list of layers).")]
    [InlineData("model: {layers: {dense: {units: 3}}}", "line 1, model.layers: a mapping of keys stands here; needs a list of layers, each after '- '.")]
    [InlineData("model: {layers: []}", "line 1, model.layers: the list is empty; a model needs at least one layer.")]
    [InlineData("model: {name: mlp, layers: [flatten]}", "line 1, model: has both a name and layers; keep one of the two.")]
    [InlineData("model: {layers: [flatten, '']}", "line 1, model.layers[1]: '' is not known; allowed: {layers}.")]
    [InlineData("model: {layers: [none]}", "line 1, model.layers[0]: 'none' is not known; allowed: {layers}.")]
    public void A_text_of_another_shape_is_one_sentence(string text, string error) => Assert.Equal([error], Errors(text));

    [Fact]
    public void A_long_value_is_cut_in_the_message()
    {
        var error = Assert.Single(Errors($"{Model}federation: {{rounds: {new string('x', 500)}}}"));
        Assert.Equal($"line 2, federation.rounds: '{new string('x', 60)}…' is not a whole number; allowed: 1 to 1000000.", error);
    }

    private static string[] Errors(string yaml)
    {
        var result = JobReader.Read(yaml);
        Assert.Null(result.Job);
        return [.. result.Errors.Select(error => Shortened(error.ToString()))];
    }

    // Catalogues grow; that all of their names are listed is what matters here.
    private static string Shortened(string error) =>
        error.Replace(Listed(Layers), "{layers}", StringComparison.Ordinal).Replace(Listed(NamedModels.Names), "{models}", StringComparison.Ordinal)
            .Replace(Listed(DatasetCatalog.Names), "{datasets}", StringComparison.Ordinal);

    private static string Listed(ImmutableArray<string> names) => $"{string.Join(", ", names[..^1])} or {names[^1]}";

    private static ImmutableArray<string> Layers { get; } =
    [
        .. typeof(LayerSpec).GetCustomAttribute<JobEntriesAttribute>()!.Kinds.Where(kind => kind != typeof(ActivationLayer))
            .Select(kind => LayerNames.Of((LayerSpec)Activator.CreateInstance(kind)!)),
        .. Enum.GetValues<Activation>().Where(activation => activation != Activation.None).Select(LayerNames.Of),
    ];
}
