using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

/// <summary>Rules between keys.</summary>
public sealed class JobRulesTests
{
    private const string Table = "model: {layers: [dense: {units: 3}]}\ndata: {name: csv, path: a.csv";

    [Theory]
    [InlineData("training: {optimizer: {name: adam, momentum: 0.9}}", "line 2, training.optimizer.momentum: has no effect with training.optimizer.name adam, only with sgd or rmsprop; remove it.")]
    [InlineData("training: {optimizer: {beta1: 0.9}}", "line 2, training.optimizer.beta1: has no effect with training.optimizer.name sgd, only with adam or adamw; remove it.")]
    [InlineData("training: {optimizer: {nesterov: true}}", "line 2, training.optimizer.nesterov: needs training.optimizer.momentum above 0, and that is 0; set momentum, for example 0.9, or remove nesterov.")]
    [InlineData("data: {partition: {alpha: 0.5}}", "line 2, data.partition.alpha: has no effect with data.partition.kind iid, only with dirichlet or quantity; remove it.")]
    [InlineData("data: {partition: {kind: shards, minimum_examples: 5}}", "line 2, data.partition.minimum_examples: has no effect with data.partition.kind shards, only with dirichlet or quantity; remove it.")]
    [InlineData("data: {label: y}", "line 2, data.label: has no effect with data.name digits, only with csv or labelled_text; remove it.")]
    [InlineData("data: {test: 0.1}", "line 2, data.test: has no effect with data.name digits; remove it.")]
    [InlineData("data: {placement: local, partition: {kind: iid}}", "line 2, data.partition: has no effect with data.placement local, only with shared; remove it.")]
    [InlineData("data: {placement: local, clients: 3}", "line 2, data.clients: has no effect with data.placement local, only with shared; remove it.")]
    [InlineData("data: {partition: {kind: natural}}", "line 2, data.partition.kind: natural needs data that names each example's client: data.name csv with data.client_column, not digits.")]
    [InlineData("data: {clients: 4000}", "line 2, data.clients: 4000 clients with at least 1 examples each need 4000 training examples, and there are 3823. Use at most 3823 clients.")]
    [InlineData("federation: {cohort: {minimum: 11}}", "line 2, federation.cohort.minimum: 11 updates cannot come from data.clients 10; allowed: 1 to 10.")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {epochs: 2}", "line 3, training.epochs: has no effect with federation.algorithm.name fedsgd; remove it or write 1.")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {optimizer: {learning_rate: 0.1, beta1: 0.5}}", "line 3, training.optimizer: has no effect with federation.algorithm.name fedsgd; remove it.")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {batch_size: 32}", "line 3, training.batch_size: has no effect with federation.algorithm.name fedsgd; remove it.")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {clip_norm: 1}", "line 3, training.clip_norm: has no effect with federation.algorithm.name fedsgd; remove it.")]
    [InlineData("evaluation: {per_client: true}", "line 2, evaluation.per_client: needs examples that belong to clients: set data.validation above 0, or data.partition.kind natural or data.placement local, where test examples do; or remove it.")]
    [InlineData("stop: {target: 0.9}", "line 2, stop.target: needs stop.metric, the figure that it looks at; set that, for example to accuracy.")]
    [InlineData("stop: {metric: auroc}", "line 2, stop.metric: has no effect without stop.target or stop.patience; set one of them.")]
    [InlineData("stop: {metric: auroc, target: 0.9, minimum_improvement: 0.1}", "line 2, stop.minimum_improvement: has no effect without stop.patience; remove it.")]
    [InlineData("federation: {algorithm: {name: fednova}}\ntraining: {optimizer: {name: adam, learning_rate: 0.001}}",
        "line 3, training.optimizer.name: adam does not go with fednova, which must know what local steps add up to; use sgd.")]
    [InlineData("federation: {algorithm: {name: fednova}}\ndata: {validation: 0.1}\ntraining: {patience: 2}",
        "line 4, training.patience: does not go with fednova, which must know what local steps add up to; remove it.")]
    [InlineData("federation: {algorithm: {name: mimelite}}\ntraining: {optimizer: {momentum: 0.9}}",
        "line 3, training.optimizer.momentum: 0.9 does not go with mimelite, whose momentum is that of all clients; remove it.")]
    [InlineData("federation: {algorithm: {temperature: 0.5}}", "line 2, federation.algorithm.temperature: has no effect with federation.algorithm.name fedavg, only with moon; remove it.")]
    [InlineData("federation: {algorithm: {name: perfedavg}}\ntraining: {optimizer: {name: adam, learning_rate: 0.001}}",
        "line 3, training.optimizer.name: adam does not go with perfedavg, which makes plain steps of its own; use sgd.")]
    [InlineData("federation: {algorithm: {name: perfedavg}}\ntraining: {optimizer: {weight_decay: 0.1}}",
        "line 3, training.optimizer.weight_decay: 0.1 does not go with perfedavg, which makes plain steps of its own; use training.l2, half as much.")]
    [InlineData("federation: {cohort: {selection: {kind: stratified, label: region}}}",
        "line 2, federation.cohort.selection.kind: stratified needs data.placement local: only workers that have clients of their own announce labels for them. Use uniform.")]
    [InlineData("data: {placement: local}\nfederation: {cohort: {selection: {kind: stratified}}}",
        "line 3, federation.cohort.selection.kind: stratified needs federation.cohort.selection.label, the label of workers whose values are the groups; set that.")]
    [InlineData("federation: {algorithm: {name: ifca}, cohort: {selection: {kind: weighted}}}",
        "line 2, federation.cohort.selection.kind: weighted does not go with ifca, for its updates are of several models. Use uniform.")]
    [InlineData("federation: {algorithm: {name: pfedme}}\ntraining: {optimizer: {momentum: 0.9}}",
        "line 3, training.optimizer.momentum: 0.9 does not go with pfedme, which makes plain steps of its own; remove it.")]
    [InlineData("federation: {algorithm: {name: pfedme, personal_rate: 0.2}}",
        "line 2, federation.algorithm.personal_rate: 0.2 times federation.algorithm.pfedme_lambda 15.0 is 3, and steps towards a client's own model lead away from it where that is 2 or more; use a rate below 0.133, or a smaller λ.")]
    [InlineData("federation: {algorithm: {name: ditto, private: [head]}}",
        "line 2, federation.algorithm.private: has no effect with federation.algorithm.name ditto, only with fedper or fedrep; remove it.")]
    [InlineData("federation: {algorithm: {name: qfedavg}}\ntraining: {optimizer: {momentum: 0.9}}",
        "line 3, training.optimizer.momentum: 0.9 does not go with qfedavg, which reckons with plain steps; remove it.")]
    [InlineData("federation: {algorithm: {name: afl}, cohort: {fraction: 0.5}}", "line 2, federation.cohort.fraction: 0.5 does not go with afl, whose weights follow the losses of all clients; use 1.")]
    [InlineData("federation: {algorithm: {name: scaffold}}\ntraining: {optimizer: {momentum: 0.9}}",
        "line 3, training.optimizer.momentum: 0.9 does not go with scaffold's variate steps, which reads gradients off plain steps; remove it, or set federation.algorithm.variate to gradient.")]
    [InlineData("federation: {algorithm: {name: scaffold}}\ntraining: {optimizer: {name: adam, learning_rate: 0.001}}",
        "line 3, training.optimizer.name: adam does not go with scaffold's variate steps, which reads gradients off plain steps; use sgd, or set federation.algorithm.variate to gradient.")]
    [InlineData("federation: {algorithm: {name: scaffold, variate: steps}}\ntraining: {clip_norm: 1}",
        "line 3, training.clip_norm: does not go with scaffold's variate steps, which reads gradients off plain steps; remove it, or set federation.algorithm.variate to gradient.")]
    [InlineData("federation: {asynchronous: {buffer: 3}}", "line 2, federation.asynchronous: has no effect with federation.mode synchronous; remove it.")]
    [InlineData("federation: {mode: fedasync, asynchronous: {buffer: 3}}", "line 2, federation.asynchronous.buffer: has no effect with federation.mode fedasync, only with fedbuff; remove it.")]
    [InlineData("federation: {mode: fedbuff, cohort: {fraction: 0.5}}", "line 2, federation.cohort.fraction: has no effect with federation.mode fedbuff, only with synchronous or semi_synchronous; remove it.")]
    [InlineData("federation: {mode: fedbuff, asynchronous: {slope: 5}}", "line 2, federation.asynchronous.slope: has no effect with federation.asynchronous.staleness polynomial, only with hinge; remove it.")]
    [InlineData("federation: {mode: fedbuff, algorithm: {name: fednova}}",
        "line 2, federation.mode: fedbuff does not go with federation.algorithm.name fednova: its mean is normalised by the local work of the clients, which their weights tell; use synchronous, or fedavg.")]
    [InlineData("federation: {mode: semi_synchronous, algorithm: {name: fedprox, adaptive_mu: true}}",
        "line 2, federation.algorithm.adaptive_mu: follows the loss from round to round, which has no meaning with federation.mode semi_synchronous; remove it.")]
    [InlineData("federation: {mode: fedasync, algorithm: {server_learning_rate: 0.5}}",
        "line 2, federation.algorithm.server_learning_rate: 0.5 does not go with federation.mode fedasync, whose step is the mixing of the client's model; set federation.asynchronous.mixing instead.")]
    [InlineData("federation: {mode: fedasync, algorithm: {server: {optimizer: fedadam}}}",
        "line 2, federation.algorithm.server.optimizer: fedadam does not go with federation.mode fedasync, whose step is the mixing of the client's model; use average, or federation.mode fedbuff.")]
    [InlineData("federation: {mode: semi_synchronous, aggregation: {rule: norm_bound}}",
        "line 2, federation.aggregation.rule: norm_bound does not go with federation.mode semi_synchronous: it compares updates of one version of the model; use mean.")]
    [InlineData("federation: {mode: fedbuff, asynchronous: {buffer: 4}, cohort: {minimum: 5}}",
        "line 2, federation.cohort.minimum: 5 updates are more than a version is made of with federation.asynchronous.buffer 4; allowed: 1 to 4.")]
    public void Keys_that_do_not_go_together_are_one_sentence(string text, string error) => Assert.Equal([error], Errors("model: {name: mlp}\n" + text));

    [Theory]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {epochs: 1, loss: mse}")]
    [InlineData("federation: {cohort: {fraction: 0.5, over_select: 3}}")]
    [InlineData("data: {validation: 0.1}\nevaluation: {per_client: true}")]
    [InlineData("federation: {cohort: {minimum: 10}}")]
    [InlineData("federation: {algorithm: {name: fednova}}\ntraining: {optimizer: {momentum: 0.9, nesterov: true}, clip_norm: 1}")]
    [InlineData("federation: {algorithm: {name: scaffold, variate: gradient}}\ntraining: {optimizer: {momentum: 0.9}, clip_norm: 1}")]
    [InlineData("federation: {algorithm: {name: feddyn, alpha: 0.01}}\ntraining: {optimizer: {name: adam, learning_rate: 0.001}, clip_norm: 1}")]
    [InlineData("federation: {algorithm: {name: moon, moon_mu: 5, temperature: 0.1, server: {optimizer: fedadam}}, aggregation: {rule: norm_bound}}\ntraining: {optimizer: {name: adam, learning_rate: 0.001}}")]
    [InlineData("federation: {mode: fedbuff, asynchronous: {buffer: 4, staleness: hinge, grace: 2}, algorithm: {name: fedprox, server: {optimizer: fedadam}}}")]
    [InlineData("federation: {mode: fedasync, asynchronous: {mixing: 0.9, concurrency: 4}, algorithm: {name: fedprox}}")]
    [InlineData("federation: {mode: semi_synchronous, asynchronous: {max_staleness: 2}, cohort: {fraction: 0.5, deadline: 20s}}")]
    [InlineData("training: {loss: mse}")]
    [InlineData("training: {optimizer: {nesterov: true, momentum: 0.9}}")]
    [InlineData("training: {optimizer: {name: adamw, weight_decay: 0.01, epsilon: 1e-6}}")]
    [InlineData("data: {partition: {kind: shards, shards_per_client: 2}}")]
    [InlineData("stop: {metric: recall/3, patience: 5, minimum_improvement: 0.01}")]
    [InlineData("stop: {accuracy: 0.9, metric: loss, target: 0.1}")]
    public void Keys_that_go_together_are_accepted(string text) => Assert.Empty(Errors("model: {name: mlp}\n" + text));

    [Theory]
    [InlineData("data: {name: csv}", "line 2, data.path: is missing; data.name csv needs the path of a file, for example patients.csv.")]
    [InlineData("data: {name: csv, path: a.csv, partition: {kind: natural}}", "line 2, data.client_column: is missing; data.partition.kind natural needs the column that names the client, or a folder with a table for each.")]
    [InlineData("data: {name: csv, path: a.csv, partition: {kind: natural}, client_column: ward, clients: 5}", "line 2, data.clients: has no effect with data.partition.kind natural; remove it.")]
    public void A_table_has_what_it_needs(string text, string error) => Assert.Equal([error], Errors("model: {layers: [dense: {units: 3}]}\n" + text));

    [Theory]
    [InlineData(", client_column: ward}")]                       // kept out of the features
    [InlineData(", client_column: ward, placement: local}")]     // a worker with several wards
    public void A_client_column_may_be_given_with_any_placement(string rest) => Assert.Empty(Errors(Table + rest));

    [Fact]
    public void A_table_with_natural_clients_is_accepted() => Assert.Empty(Errors(Table + ", client_column: ward, partition: {kind: natural}}"));

    [Theory]
    [InlineData("[dense: {units: 10}]", "line 1, model.layers[0]: layer 1: dense gets [1, 8, 8] and needs [features]: put flatten before it.")]
    [InlineData("[flatten, dense: {units: 9}]", "line 1, model.layers[1]: layer 2: the last layer, dense, gives [9] and the data set needs [10].")]
    [InlineData("[softmax, flatten, dense: {units: 10}]", "line 1, model.layers[0]: layer 1: softmax gives class probabilities and may only be the last layer of a model.")]
    public void Layers_that_do_not_fit_are_named_with_their_number_and_shapes(string layers, string error) => Assert.Equal([error], Errors($"model: {{layers: {layers}}}"));

    [Fact]
    public void A_layer_error_has_the_line_of_its_layer() => Assert.Equal(
        ["line 4, model.layers[1]: layer 2: group_norm gets [6, 6, 6] and needs channels that its 4 groups divide: the next smaller number of groups is 3."],
        Errors("model:\n  layers:\n    - conv2d: {filters: 6}\n    - group_norm: {groups: 4}\n    - flatten\n    - dense: {units: 10}\n"));

    [Fact]
    public void A_named_model_that_does_not_fit_says_which_do() =>
        Assert.Equal(["line 1, model.name: keras-cnn gets images of 8x8 and needs at least 18x18: use mcmahan-cnn, mlp or logistic, or a layer list."], Errors("model: {name: keras-cnn}"));

    [Fact]
    public void Softmax_inside_a_model_for_a_table_is_refused_without_knowing_the_table() => Assert.Equal(
        ["line 1, model.layers[0]: layer 1: softmax gives class probabilities and may only be the last layer of a model."],
        Errors("model: {layers: [dense: {units: 5, activation: softmax}, dense: {units: 3}]}\ndata: {name: csv, path: a.csv}"));

    [Fact]
    public void Fedsgd_refuses_batch_norm() => Assert.Equal(
        ["line 1, model.layers[1]: layer 2: batch_norm has running statistics, which fedsgd's gradients never move; use group_norm, or federation.algorithm.name fedavg."],
        Errors("model: {layers: [conv2d: {filters: 4}, batch_norm, flatten, dense: {units: 10}]}\nfederation: {algorithm: {name: fedsgd}}"));

    [Fact]
    public void Regression_has_no_accuracy_to_stop_at_and_no_cross_entropy() => Assert.Equal(
        [
            "line 3, stop.accuracy: has no meaning for regression, which has no classes to hit; remove it.",
            "line 4, training.loss: cross_entropy needs classes, and this is regression; use mse, mae or huber, or remove it for mse.",
        ], Errors("model: {layers: [dense: {units: 1}]}\ndata: {name: csv, path: a.csv}\nstop: {accuracy: 0.9}\ntraining: {loss: cross_entropy}"));

    [Fact]
    public void A_metric_to_stop_at_is_a_known_figure() => Assert.StartsWith(
        "line 2, stop.metric: 'auruc' is not known; did you mean 'auroc'? Allowed: accuracy, loss, auroc", Errors("model: {name: mlp}\nstop: {metric: auruc, patience: 3}").Single(), StringComparison.Ordinal);

    [Fact]
    public void Clients_can_be_measured_apart_only_with_test_examples() => Assert.Equal(
        ["line 3, evaluation.per_client: needs test examples, and data.test is 0; set that above 0."],
        Errors($"{Table}, client_column: ward, partition: {{kind: natural}}, test: 0}}\nevaluation: {{per_client: true}}"));

    [Fact]
    public void A_rule_is_silent_where_a_value_that_it_needs_is_wrong() => Assert.Equal(
        ["line 2, training.optimizer.name: 'adma' is not known; did you mean 'adam'? Allowed: sgd, adam, adamw, rmsprop or adagrad."],
        Errors("model: {name: mlp}\ntraining: {optimizer: {name: adma, beta1: 0.8}}"));

    private static string[] Errors(string yaml) => [.. JobReader.Read(yaml).Errors.Select(error => error.ToString())];
}
