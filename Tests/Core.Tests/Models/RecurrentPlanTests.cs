using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Models;

public sealed class RecurrentPlanTests
{
    private static readonly DataShape Sentences = DataShape.ForClasses([9], 2) with { Vocabularies = [100] };

    private static PlanResult Plan(DataShape data, params ImmutableArray<LayerSpec> layers) => ModelPlanner.Plan(new ModelSpec { Layers = layers }, data);

    [Fact]
    public void Shapes_and_tensors_are_those_of_PyTorch()
    {
        var plan = Plan(DataShape.ForClasses([7, 3], 10), new LstmLayer { Units = 5, Layers = 2, Bidirectional = true, Return = RecurrentReturn.Sequence }, new GruLayer { Units = 4, Bidirectional = true },
            new FlattenLayer(), new DenseLayer { Units = 10 }).Plan!;
        Assert.Equal(["7x10", "8", "8", "10"], plan.Layers.Select(layer => string.Join('x', layer.Output.Shape)));
        Assert.Equal(
            [
                "1.weight_ih_l0 20x3", "1.weight_hh_l0 20x5", "1.bias_ih_l0 20", "1.bias_hh_l0 20",
                "1.weight_ih_l0_reverse 20x3", "1.weight_hh_l0_reverse 20x5", "1.bias_ih_l0_reverse 20", "1.bias_hh_l0_reverse 20",
                "1.weight_ih_l1 20x10", "1.weight_hh_l1 20x5", "1.bias_ih_l1 20", "1.bias_hh_l1 20",
                "1.weight_ih_l1_reverse 20x10", "1.weight_hh_l1_reverse 20x5", "1.bias_ih_l1_reverse 20", "1.bias_hh_l1_reverse 20",
                "2.weight_ih_l0 12x10", "2.weight_hh_l0 12x4", "2.bias_ih_l0 12", "2.bias_hh_l0 12",
                "2.weight_ih_l0_reverse 12x10", "2.weight_hh_l0_reverse 12x4", "2.bias_ih_l0_reverse 12", "2.bias_hh_l0_reverse 12",
            ],
            plan.Schema.Tensors.SkipLast(2).Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}"));
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_the_remedy()
    {
        Assert.Equal("layer 1: rnn gets [1, 8, 8] and needs [T, features]: put it before flatten, dense and global pools, or take a data set of sequences",
            Plan(DataShape.ForClasses([1, 8, 8], 2), new RnnLayer { Units = 2 }).Errors[0].ToString());
        Assert.Equal("layer 1: gru gets [9] symbols of 100 and needs numbers: put embedding before it", Plan(Sentences, new GruLayer { Units = 2 }).Errors[0].ToString());
        Assert.Equal("layer 2: lstm's dropout stands between its layers and it has only one: put a dropout layer after it, or set layers to 2",
            Assert.Single(Plan(Sentences, new EmbeddingLayer { Size = 2 }, new LstmLayer { Units = 2, Dropout = 0.5 }).Errors).ToString());
    }

    [Fact]
    public void Char_lstm_has_the_parameters_that_a_count_by_hand_gives()
    {
        var data = DatasetCatalog.ShapeOf(new DataSpec { Name = "shakespeare" })!;
        // 67 symbols: 67 * 8 + 4 * 256 * (8 + 256 + 2) + 4 * 256 * (256 + 256 + 2) + (256 + 1) * 67
        Assert.Equal(536 + 272_384 + 526_336 + 17_219, ModelPlanner.Plan(new ModelSpec { Name = "char-lstm" }, data).Plan!.Schema.Count);
        Assert.Equal("char-lstm predicts the next symbol at every step: take a data set of running text, such as shakespeare",
            Assert.Single(ModelPlanner.Plan(new ModelSpec { Name = "char-lstm" }, Sentences).Errors).ToString());
    }

    [Fact]
    public void Text_gru_has_the_parameters_that_a_count_by_hand_gives()
    {
        // 100 * 64 + 2 * 3 * 64 * (64 + 64 + 2) + (128 + 1) * 2
        Assert.Equal(6_400 + 49_920 + 258, ModelPlanner.Plan(new ModelSpec { Name = "text-gru" }, Sentences).Plan!.Schema.Count);
        Assert.Equal("text-gru gives a text one class: take a data set of labelled texts, such as sentiment-sentences",
            Assert.Single(ModelPlanner.Plan(new ModelSpec { Name = "text-gru" }, DataShape.ForClasses([9], 2)).Errors).ToString());
    }

    [Fact]
    public void State_weights_start_with_orthonormal_columns_of_any_direction()
    {
        var weight = Start(new GruLayer { Units = 6 }, "1.weight_hh_l0");
        for (var a = 0; a < 6; a++)
            for (var b = 0; b < 6; b++)
                Assert.Equal(a == b ? 1 : 0, Enumerable.Range(0, 18).Sum(row => (double)weight[row * 6 + a] * weight[row * 6 + b]), 1e-6);
        Assert.Contains(weight[..6], value => value < 0);
        Assert.NotEqual(weight, Start(new GruLayer { Units = 6 }, "1.weight_hh_l0", seed: 2));
    }

    [Fact]
    public void Input_weights_start_by_Glorot_and_biases_at_0_but_the_forget_gates()
    {
        var limit = Math.Sqrt(6.0 / (3 + 4 * 50));
        Assert.InRange(Start(new LstmLayer { Units = 50 }, "1.weight_ih_l0").Max(), 0.98 * limit, limit);
        var bias = Start(new LstmLayer { Units = 50 }, "1.bias_ih_l0");
        Assert.Equal([.. new float[50], .. Enumerable.Repeat(1f, 50), .. new float[100]], bias);
        Assert.All(Start(new LstmLayer { Units = 50 }, "1.bias_hh_l0"), value => Assert.Equal(0, value));
        Assert.All(Start(new GruLayer { Units = 50 }, "1.bias_ih_l0"), value => Assert.Equal(0, value));
    }

    private static float[] Start(RecurrentLayer layer, string name, ulong seed = 1)
    {
        var plan = Plan(DataShape.ForClasses([7, 3], layer.Units), layer).Plan!;
        var offset = plan.Schema.Tensors.TakeWhile(tensor => tensor.Name != name).Sum(tensor => tensor.Count);
        TensorSpec found = plan.Schema.Tensors.Single(tensor => tensor.Name == name);
        return InitialParameters.Draw(plan, seed).Values.Span.Slice(offset, found.Count).ToArray();
    }
}
