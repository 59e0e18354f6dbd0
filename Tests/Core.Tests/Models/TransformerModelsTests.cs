using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Models;

public sealed class TransformerModelsTests
{
    private static readonly DataShape Pairs = DataShape.ForPairs(20, 30, 1000, 500);
    private static readonly DataShape Text = DataShape.ForClasses([40], 2) with { Vocabularies = [1000] };
    private static readonly DataShape Language = new(Objective.LanguageModel, [64], [64, 67]) { Vocabularies = [67] };

    private static PlanResult Plan(DataShape data, params ImmutableArray<LayerSpec> layers) => ModelPlanner.Plan(new ModelSpec { Layers = layers }, data);

    private static string OnlyError(PlanResult result) => Assert.Single(result.Errors).Message;

    [Fact]
    public void Classifier_has_the_parameters_counted_by_hand()
    {
        // A block of 64: attention 3 (64² + 64) + 64² + 64 = 16,640, feed-forward 128 * 64 + 128 + 64 * 128 + 64 = 16,576, two norms 256.
        const int Block = 16_640 + 16_576 + 256;
        Assert.Equal(1000 * 64 + 2 * Block + 128 + 64 * 2 + 2, ModelPlanner.Plan(new ModelSpec { Name = "transformer-classifier" }, Text).Plan!.Schema.Count);
        Assert.Equal(67_072, 2 * Block + 128);
    }

    [Fact]
    public void Language_model_has_the_parameters_counted_by_hand()
    {
        // A block of 128: attention 4 (128² + 128) = 66,048, feed-forward 512 * 128 + 512 + 128 * 512 + 128 = 131,712, two norms 512.
        const int Blocks = 3 * (66_048 + 131_712 + 512) + 256;
        Assert.Equal(595_072, Blocks);
        Assert.Equal(Blocks + 67 * 128 + 64 * 128 + 128 * 67 + 67, ModelPlanner.Plan(new ModelSpec { Name = "gpt-mini" }, Language).Plan!.Schema.Count);
    }

    [Fact]
    public void Translator_has_the_parameters_counted_by_hand()
    {
        // Of 128: attention 66,048, feed-forward 256 * 128 + 256 + 128 * 256 + 128 = 65,920, a norm 256.
        const int Encoder = 2 * (66_048 + 65_920 + 2 * 256) + 256, Decoder = 2 * (2 * 66_048 + 65_920 + 3 * 256) + 256;
        Assert.Equal(663_040, Encoder + Decoder);
        Assert.Equal(128 * (1000 + 500) + Encoder + Decoder, ModelPlanner.Plan(new ModelSpec { Name = "transformer-seq2seq" }, Pairs).Plan!.Schema.Count);
    }

    [Fact]
    public void Names_are_refused_for_other_data_in_one_sentence()
    {
        Assert.Equal("transformer-classifier needs text with classes", OnlyError(ModelPlanner.Plan(new ModelSpec { Name = "transformer-classifier" }, DataShape.ForClasses([4], 2))));
        Assert.Equal("gpt-mini needs text whose next token is to be predicted", OnlyError(ModelPlanner.Plan(new ModelSpec { Name = "gpt-mini" }, Text)));
        Assert.Equal("transformer-seq2seq needs sentence pairs", OnlyError(ModelPlanner.Plan(new ModelSpec { Name = "transformer-seq2seq" }, Text)));
    }

    [Fact]
    public void Translator_gives_scores_of_the_target_and_has_named_tensors()
    {
        var plan = Plan(Pairs, new EncoderDecoderLayer { Size = 8, Heads = 2, Hidden = 4, Layers = 1 }).Plan!;
        Assert.Equal<int>([30, 500], plan.Layers[0].Output.Shape);
        Assert.Equal(
            ["1.source.embedding 1000x8", "1.target.embedding 500x8",
                .. Block("encoder"), "1.encoder.norm.weight 8", "1.encoder.norm.bias 8",
                .. Block("decoder", "cross.query.weight 8x8", "cross.query.bias 8", "cross.source.weight 16x8", "cross.source.bias 16", "cross.out.weight 8x8", "cross.out.bias 8",
                    "cross_norm.weight 8", "cross_norm.bias 8"), "1.decoder.norm.weight 8", "1.decoder.norm.bias 8"],
            plan.Schema.Tensors.Select(tensor => $"{tensor.Name} {string.Join('x', tensor.Shape)}"));

        static IEnumerable<string> Block(string stack, params string[] crossing) => new[]
        {
            "attention.in.weight 24x8", "attention.in.bias 24", "attention.out.weight 8x8", "attention.out.bias 8", "attention_norm.weight 8", "attention_norm.bias 8",
        }.Concat(crossing).Concat(
            ["feed.in.weight 4x8", "feed.in.bias 4", "feed.out.weight 8x4", "feed.out.bias 8", "feed_norm.weight 8", "feed_norm.bias 8"]).Select(tensor => $"1.{stack}.1.{tensor}");
    }

    [Fact]
    public void First_embeddings_of_a_translator_have_length_1_on_average_and_norms_begin_with_1()
    {
        var plan = Plan(Pairs, new EncoderDecoderLayer { Size = 64, Heads = 2, Layers = 1 }).Plan!;
        var values = InitialParameters.Draw(plan, 5).Values.Span;
        var squares = 0.0;
        foreach (var value in values[..(1000 * 64)]) squares += value * (double)value;
        Assert.Equal(1, squares / 1000, 0.02);
        var norm = plan.Schema.Tensors.TakeWhile(tensor => tensor.Name != "1.encoder.1.attention_norm.weight").Sum(tensor => tensor.Count);
        Assert.Equal(Enumerable.Repeat(1f, 64).Concat(Enumerable.Repeat(0f, 64)), values.Slice(norm, 128).ToArray());
    }

    [Fact]
    public void Heads_that_do_not_divide_the_features_are_refused_with_a_number_that_does()
    {
        Assert.Equal("attention's 4 heads must divide the 6 features: take 3", OnlyError(Plan(DataShape.ForClasses([5, 6], 30), new AttentionLayer(), new FlattenLayer())));
        Assert.EndsWith("must divide the 6 features: take 3", OnlyError(Plan(DataShape.ForClasses([5, 6], 30), new TransformerEncoderLayer { Heads = 5 }, new FlattenLayer())), StringComparison.Ordinal);
        Assert.EndsWith("must divide the 130 features: take 2", OnlyError(Plan(Pairs, new EncoderDecoderLayer { Size = 130 })), StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_over_time_are_refused_elsewhere_with_what_to_do()
    {
        LayerSpec[] layers = [new AttentionLayer(), new TransformerEncoderLayer(), new PositionalEncodingLayer()];
        foreach (var layer in layers)
            Assert.Contains("gets [8] and needs [T, features]", OnlyError(Plan(DataShape.ForClasses([8], 8), new DenseLayer { Units = 8 }, layer)), StringComparison.Ordinal);
        Assert.Contains("needs symbols of sentence pairs", OnlyError(Plan(Text, new EncoderDecoderLayer())), StringComparison.Ordinal);
        Assert.Contains("a model of encoder_decoder alone", OnlyError(Plan(Pairs, new EncoderDecoderLayer(), new DropoutLayer())), StringComparison.Ordinal);
        Assert.Contains("activation softmax", Plan(DataShape.ForClasses([5, 8], 8), new TransformerEncoderLayer { Activation = Activation.Softmax }).Errors[0].Message, StringComparison.Ordinal);
    }
}
