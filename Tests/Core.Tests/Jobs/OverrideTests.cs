using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Jobs;

public sealed class OverrideTests
{
    [Fact]
    public void Values_are_put_over_the_text()
    {
        var job = Read("federation.rounds=3", "seed=7", "federation.cohort.deadline=5m", "stop.accuracy=0.9", "model.layers[6].dense.activation=none");
        Assert.Equal((3, 7ul, TimeSpan.FromMinutes(5), 0.9), (job.Federation.Rounds, job.Seed, job.Federation.Cohort.Deadline, job.Stop.Accuracy));
        Assert.Equal(Activation.None, Assert.IsType<DenseLayer>(job.Model.Layers[6]).Activation);
        Assert.Equal(10, Assert.IsType<DenseLayer>(job.Model.Layers[6]).Units);   // what is not named stays
    }

    [Fact]
    public void The_last_of_two_values_wins() => Assert.Equal(5, Read("federation.rounds=3", "federation.rounds=5").Federation.Rounds);

    [Fact]
    public void A_mapping_replaces_a_whole_mapping() =>
        Assert.Equal(new OptimizerSpec { Name = OptimizerName.Adam }, Read("training.optimizer={name: adam}").Training.Optimizer);

    [Fact]
    public void A_list_replaces_a_whole_list() =>
        Assert.Equal<LayerSpec>([new FlattenLayer(), new DenseLayer { Units = 10 }], Read("model.layers=[flatten, dense: {units: 10}]").Model.Layers);

    [Fact]
    public void A_name_replaces_the_texts_layers_and_layers_the_texts_name()
    {
        Assert.Equal(new ModelSpec { Name = "mlp" }, Read("model.name=mlp").Model);
        Assert.Equal(new ModelSpec { Layers = [new FlattenLayer(), new DenseLayer { Units = 10 }] },
            JobReader.Read("model: {name: mlp}", ["model.layers=[flatten, dense: {units: 10}]"]).Job!.Model);
    }

    [Fact]
    public void Options_of_the_text_fall_away_when_another_kind_is_asked_for()
    {
        Assert.Equal(new OptimizerSpec { Name = OptimizerName.Adam, LearningRate = 0.05 }, Read("training.optimizer.name=adam").Training.Optimizer);
        Assert.Equal(new PartitionSpec(), Read("data.partition.kind=iid").Data.Partition);
        Assert.Equal(new TrainingSpec(), Read("federation.algorithm.name=fedsgd").Training);
        Assert.Equal(new TrainingSpec(), Read("federation.algorithm={name: fedsgd}").Training);
    }

    [Fact]
    public void Options_that_are_overrides_themselves_do_not_fall_away()
    {
        Assert.Equal(["training.optimizer.momentum: has no effect with training.optimizer.name adam, only with sgd or rmsprop; remove it."],
            Errors("training.optimizer.name=adam", "training.optimizer.momentum=0.5"));
        var error = Assert.Single(JobReader.Read(DefaultJob.Yaml, ["federation.algorithm.name=fedsgd", "training.optimizer.learning_rate=0.1"]).Errors);
        Assert.Equal(("training.optimizer", "has no effect with federation.algorithm.name fedsgd; remove it."), (error.Path, error.Message));
    }

    [Fact]
    public void A_bare_layer_gets_its_first_option() =>
        Assert.Equal(new MaxPool2dLayer { Size = 3, Stride = 1 }, Read("model.layers[3].max_pool2d={size: 3, stride: 1}", "model.layers[3].max_pool2d.size=3").Model.Layers[3]);

    [Fact]
    public void A_path_leads_into_layers_inside_layers()
    {
        const string Text = "data: {name: csv, path: a.csv}\nmodel: {layers: [flatten, residual: {layers: [dense: {units: 4}, relu, dropout]}, dense: {units: 2}]}";
        var job = JobReader.Read(Text, ["model.layers[1].residual.layers[0].dense.units=7", "model.layers[1].residual.layers[2].dropout.rate=0.1", "model.layers[1].residual.shortcut=projection"]).Job!;
        Assert.Equal(new ResidualLayer
        {
            Layers = [new DenseLayer { Units = 7 }, new ActivationLayer { Activation = Activation.Relu }, new DropoutLayer { Rate = 0.1 }],
            Shortcut = Shortcut.Projection,
        }, job.Model.Layers[1]);
        Assert.Equal("model.layers[1].residual.layers[3]: there is no entry [3]: the list has [0] to [2].",
            Assert.Single(JobReader.Read(Text, ["model.layers[1].residual.layers[3]=relu"]).Errors).ToString());
    }

    [Fact]
    public void A_section_that_the_text_lacks_is_made() => Assert.Equal(0.1, JobReader.Read("model: {name: mlp}", ["data.validation=0.1"]).Job!.Data.Validation);

    [Fact]
    public void A_text_that_is_empty_can_be_all_overrides() => Assert.Equal("mlp", JobReader.Read("", ["model.name=mlp"]).Job!.Model.Name);

    [Fact]
    public void Null_takes_an_optional_value_away() => Assert.Null(JobReader.Read("model: {name: mlp}\nstop: {accuracy: 0.9}", ["stop.accuracy=null"]).Job!.Stop.Accuracy);

    [Theory]
    [InlineData("federation.ruonds=3", "federation.ruonds: 'ruonds' is not a key here; did you mean 'rounds'? Allowed: rounds, mode, asynchronous, cohort, algorithm, aggregation or retries.")]
    [InlineData("rounds=3", "rounds: 'rounds' is not a key here; did you mean 'federation.rounds'? Allowed: name, seed, model, data, federation, training, evaluation, stop, privacy, attack or simulation.")]
    [InlineData("federation.rounds=many", "federation.rounds: 'many' is not a whole number; allowed: 1 to 1000000.")]
    [InlineData("federation.rounds=", "federation.rounds: has no value; needs a whole number, 1 to 1000000.")]
    [InlineData("federation.rounds.max=3", "federation.rounds.max: the single value '20' stands where 'max' would be a key.")]
    [InlineData("federation.rounds={a: [}", "federation.rounds: not valid YAML at column 6: While parsing a node, did not find expected node content.")]
    [InlineData("federation.rounds", "'federation.rounds' is no override; write path=value, for example federation.rounds=3.")]
    [InlineData("=3", "'=3' is no override; write path=value, for example federation.rounds=3.")]
    [InlineData("federation..rounds=3", "'federation..rounds' is no path; write keys with dots between them and positions in brackets, for example model.layers[0].dense.units.")]
    [InlineData("model.layers[x]=relu", "'model.layers[x]' is no path; write keys with dots between them and positions in brackets, for example model.layers[0].dense.units.")]
    [InlineData("model.layers[7]=relu", "model.layers[7]: there is no entry [7]: the list has [0] to [6].")]
    [InlineData("data.clients[0]=3", "data.clients[0]: there is no entry [0]: there is no list here.")]
    [InlineData("model.layers.dense=3", "model.layers.dense: a list stands where 'dense' would be a key; its entries are [0], [1] and so on.")]
    [InlineData("training.optimizer={name: adam, momentum: 0.9}", "training.optimizer.momentum: has no effect with training.optimizer.name adam, only with sgd or rmsprop; remove it.")]
    [InlineData("data={clients: 3, clients: 4}", "data.clients: given twice; keep one.")]
    public void A_wrong_override_is_one_sentence(string text, string error) => Assert.Equal([error], Errors(text));

    private static JobSpec Read(params string[] overrides)
    {
        var result = JobReader.Read(DefaultJob.Yaml, overrides);
        Assert.Empty(result.Errors);
        return result.Job!;
    }

    private static string[] Errors(params string[] overrides) => [.. JobReader.Read(DefaultJob.Yaml, overrides).Errors.Select(error => error.ToString())];
}
