using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Layers.Transformers;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

/// <summary>Transformers against libtorch's own modules with the same weights, and what their masks hide.</summary>
public sealed class TransformerTests
{
    private const int Size = 8, Heads = 2, Hidden = 12, Steps = 5, Batch = 3;

    private static ModelReplica Replica(DataShape data, params ImmutableArray<LayerSpec> layers)
    {
        LibtorchSetup.Ensure();
        var outcome = ModelPlanner.Plan(new ModelSpec { Layers = layers }, data);
        Assert.Empty(outcome.Errors);
        var replica = new ModelReplica(outcome.Plan!, keepSoftmax: true);
        var random = new RandomStream(3);
        replica.Parameters.Load([.. Enumerable.Range(0, replica.Plan.Schema.Count).Select(_ => (float)(0.4 * random.NextGaussian()))]);
        return replica;
    }

    private static ModelReplica OnSeries(params ImmutableArray<LayerSpec> layers) =>
        Replica(DataShape.ForClasses([Steps, Size], Steps * Size), [.. layers, new FlattenLayer()]);

    private static Tensor Noise(ulong seed, params long[] shape)
    {
        var random = new RandomStream(seed);
        return tensor(Enumerable.Range(0, (int)shape.Aggregate((product, size) => product * size)).Select(_ => (float)random.NextGaussian()).ToArray(), shape);
    }

    // Copies tensors of ours, named below a prefix, into a module's parameters.
    private static void Load(nn.Module module, ModelReplica replica, string prefix, params (string Theirs, string Ours)[] names)
    {
        var theirs = module.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
        Assert.Equal(theirs.Keys.Order(), names.SelectMany(name => new[] { name.Theirs + "weight", name.Theirs + "bias" }).Order());
        using var free = no_grad();
        foreach (var (their, our) in names)
            foreach (var kind in new[] { "weight", "bias" }) theirs[their + kind].copy_(Find(replica, $"{prefix}{our}.{kind}"));
    }

    private static Tensor Find(ModelReplica replica, string name) =>
        replica.Parameters.Tensors[replica.Plan.Schema.Tensors.Select(spec => spec.Name).ToList().IndexOf(name)];

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.All(expected.contiguous().data<float>().ToArray().Zip(actual.reshape(expected.shape).data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));

    private static float[] Values(ModelReplica replica, params float[] symbols)
    {
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(symbols).view(1, symbols.Length), draws: null).data<float>().ToArray();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_gives_what_multihead_attention_of_libtorch_does(bool causal)
    {
        using var replica = OnSeries(new AttentionLayer { Heads = Heads, Causal = causal });
        using var scope = NewDisposeScope();
        using var module = nn.MultiheadAttention(Size, Heads);
        Load(module, replica, "1.", ("in_proj_", "in"), ("out_proj.", "out"));
        var input = Noise(1, Batch, Steps, Size);
        var sequence = input.transpose(0, 1);
        var mask = causal ? full(Steps, Steps, float.NegativeInfinity).triu(1) : null;
        var (expected, _) = module.call(sequence, sequence, sequence, null, false, mask);
        AssertClose(expected.transpose(0, 1), replica.Forward(input, draws: null));
    }

    [Theory]
    [InlineData(Federated.Core.Models.Activation.Relu)]
    [InlineData(Federated.Core.Models.Activation.Gelu)]
    public void Encoder_that_normalises_after_gives_what_that_of_libtorch_does(Federated.Core.Models.Activation activation)
    {
        using var replica = OnSeries(new Federated.Core.Models.TransformerEncoderLayer
        { Heads = Heads, Hidden = Hidden, Layers = 2, Norm = BlockNorm.After, Activation = activation });
        using var scope = NewDisposeScope();
        var input = Noise(1, Batch, Steps, Size);
        var expected = input.transpose(0, 1);
        for (var layer = 1; layer <= 2; layer++)
        {
            var module = nn.TransformerEncoderLayer(Size, Heads, Hidden, dropout: 0, activation == Federated.Core.Models.Activation.Gelu ? nn.Activations.GELU : nn.Activations.ReLU);
            Load(module, replica, $"1.{layer}.", ("self_attn.in_proj_", "attention.in"), ("self_attn.out_proj.", "attention.out"), ("linear1.", "feed.in"), ("linear2.", "feed.out"),
                ("norm1.", "attention_norm"), ("norm2.", "feed_norm"));
            expected = module.call(expected, null, null);
        }
        AssertClose(expected.transpose(0, 1), replica.Forward(input, draws: null));
    }

    [Fact]
    public void Encoder_that_normalises_before_gives_the_blocks_of_xiong_et_al()
    {
        using var replica = OnSeries(new Federated.Core.Models.TransformerEncoderLayer { Heads = Heads, Hidden = Hidden, Layers = 1 });
        using var scope = NewDisposeScope();
        using var attention = nn.MultiheadAttention(Size, Heads);
        Load(attention, replica, "1.1.attention.", ("in_proj_", "in"), ("out_proj.", "out"));
        var input = Noise(1, Batch, Steps, Size);
        var normalised = Norm(input, "1.1.attention_norm").transpose(0, 1);
        var sum = input + attention.call(normalised, normalised, normalised, null, false, null).Item1.transpose(0, 1);
        var fed = Linear(nn.functional.relu(Linear(Norm(sum, "1.1.feed_norm"), "1.1.feed.in")), "1.1.feed.out");
        AssertClose(Norm(sum + fed, "1.norm"), replica.Forward(input, draws: null));

        Tensor Norm(Tensor of, string name) => nn.functional.layer_norm(of, [Size], Find(replica, name + ".weight"), Find(replica, name + ".bias"), 1e-5);
        Tensor Linear(Tensor of, string name) => nn.functional.linear(of, Find(replica, name + ".weight"), Find(replica, name + ".bias"));
    }

    [Fact]
    public void Sines_and_cosines_have_the_papers_wavelengths()
    {
        // Position 2 of 4 features: sin 2, cos 2, sin (2 / 100), cos (2 / 100).
        var expected = new[] { 0, 1, 0, 1, 0.84147098, 0.54030231, 0.00999983, 0.99995, 0.90929743, -0.41614684, 0.01999867, 0.99980001 };
        Assert.All(expected.Zip(PositionalEncoding.Waves(3, 4)), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void Positions_scale_the_input_by_the_root_of_its_features_when_asked()
    {
        using var replica = Replica(DataShape.ForClasses([2, 4], 1), new PositionalEncodingLayer { Scale = true }, new FlattenLayer(), new DenseLayer { Units = 1, Bias = false });
        replica.Parameters.Load([1, 0, 0, 0, 10, 0, 0, 0]);
        using var scope = NewDisposeScope();
        var given = replica.Forward(tensor([3f, 0, 0, 0, 5, 0, 0, 0]).view(1, 2, 4), draws: null).item<float>();
        Assert.Equal(2 * 3 + 10 * (2 * 5 + 0.84147098f), given, 1e-4f);
    }

    [Fact]
    public void Later_symbol_changes_nothing_where_attention_is_causal()
    {
        var data = DataShape.ForClasses([4], 4 * Size) with { Vocabularies = [9] };
        foreach (var layer in new LayerSpec[] { new AttentionLayer { Heads = Heads, Causal = true }, new Federated.Core.Models.TransformerEncoderLayer { Heads = Heads, Hidden = Hidden, Causal = true } })
        {
            using var replica = Replica(data, new EmbeddingLayer { Size = Size }, layer, new FlattenLayer());
            foreach (var (one, other) in new[] { (Values(replica, 3, 5, 2, 7), Values(replica, 3, 5, 8, 1)), (Values(replica, 0, 0, 2, 7), Values(replica, 0, 0, 8, 1)) })
            {
                Assert.Equal(one[..(2 * Size)], other[..(2 * Size)]);
                Assert.NotEqual(one[(2 * Size)..], other[(2 * Size)..]);
                Assert.All(one, value => Assert.True(float.IsFinite(value)));   // also where a step sees padding alone
            }
        }
    }

    [Fact]
    public void Padding_changes_nothing_for_the_symbols_before_it()
    {
        using var shorter = Replica(DataShape.ForClasses([2], 2 * Size) with { Vocabularies = [9] }, Layers());
        using var longer = Replica(DataShape.ForClasses([4], 4 * Size) with { Vocabularies = [9] }, Layers());
        Assert.All(Values(shorter, 3, 5).Zip(Values(longer, 3, 5, 0, 0)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));

        // Positions, so that padding is not just the same vector of zeros everywhere.
        static ImmutableArray<LayerSpec> Layers() =>
            [new EmbeddingLayer { Size = Size }, new PositionalEncodingLayer(), new Federated.Core.Models.TransformerEncoderLayer { Heads = Heads, Hidden = Hidden }, new FlattenLayer()];
    }

    [Fact]
    public void Dropout_draws_from_the_pass_alone()
    {
        using var replica = OnSeries(new AttentionLayer { Heads = Heads, Dropout = 0.5 }, new Federated.Core.Models.TransformerEncoderLayer { Heads = Heads, Hidden = Hidden, Dropout = 0.5 });
        using var scope = NewDisposeScope();
        var input = Noise(1, Batch, Steps, Size);
        float[] Given(RandomStream? draws) => replica.Forward(input, draws).data<float>().ToArray();
        var first = Given(new RandomStream(5));
        Assert.Equal(first, Given(new RandomStream(5)));
        Assert.NotEqual(first, Given(new RandomStream(6)));
        Assert.Equal(Given(null), Given(null));
    }
}
