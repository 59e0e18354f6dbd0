using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Layers.Transformers;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

public sealed class EncoderDecoderTests
{
    private const int Size = 8, Heads = 2, Hidden = 12, Source = 4, Target = 3;

    private static ModelReplica Replica()
    {
        LibtorchSetup.Ensure();
        var layer = new EncoderDecoderLayer { Size = Size, Heads = Heads, Hidden = Hidden };
        var replica = new ModelReplica(ModelPlanner.Plan(new ModelSpec { Layers = [layer] }, DataShape.ForPairs(Source, Target, 9, 7)).Plan!, keepSoftmax: true);
        var random = new RandomStream(3);
        replica.Parameters.Load([.. Enumerable.Range(0, replica.Plan.Schema.Count).Select(_ => (float)(0.4 * random.NextGaussian()))]);
        return replica;
    }

    private static float[] Scores(ModelReplica replica, params float[] symbols)
    {
        using var scope = NewDisposeScope();
        return replica.Forward(tensor(symbols).view(1, symbols.Length), draws: null).data<float>().ToArray();
    }

    [Fact]
    public void Scores_are_those_of_the_papers_parts_put_together()
    {
        using var replica = Replica();
        using var scope = NewDisposeScope();
        float[] source = [4, 5, 6, 8], target = [2, 6, 5];
        var encoded = Embed("source", source);
        for (var block = 1; block <= 2; block++)
        {
            var at = $"1.encoder.{block}.";
            var input = Norm(encoded, at + "attention_norm");
            encoded += Attend(at + "attention.", input, input, null, "in");
            encoded += Feed(at, encoded);
        }
        encoded = Norm(encoded, "1.encoder.norm");
        var decoded = Embed("target", target);
        for (var block = 1; block <= 2; block++)
        {
            var at = $"1.decoder.{block}.";
            var input = Norm(decoded, at + "attention_norm");
            decoded += Attend(at + "attention.", input, input, full(Target, Target, float.NegativeInfinity).triu(1), "in");
            decoded += Attend(at + "cross.", Norm(decoded, at + "cross_norm"), encoded, null, "query", "source");
            decoded += Feed(at, decoded);
        }
        var expected = Norm(decoded, "1.decoder.norm").matmul(Find("1.target.embedding").t()).data<float>().ToArray();
        Assert.All(expected.Zip(Scores(replica, [.. source, .. target])), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

        Tensor Find(string name) => replica.Parameters.Tensors[replica.Plan.Schema.Tensors.Select(spec => spec.Name).ToList().IndexOf(name)];
        Tensor Norm(Tensor of, string name) => nn.functional.layer_norm(of, [Size], Find(name + ".weight"), Find(name + ".bias"), 1e-5);
        Tensor Linear(Tensor of, string name) => nn.functional.linear(of, Find(name + ".weight"), Find(name + ".bias"));
        Tensor Feed(string at, Tensor of) => Linear(nn.functional.relu(Linear(Norm(of, at + "feed_norm"), at + "feed.in")), at + "feed.out");
        Tensor Embed(string language, float[] symbols) => Find($"1.{language}.embedding").index_select(0, tensor([.. symbols.Select(symbol => (long)symbol)])).unsqueeze(0) * Math.Sqrt(Size)
            + tensor(PositionalEncoding.Waves(symbols.Length, Size)).view(symbols.Length, Size);

        // libtorch's own multi-head attention; it takes [T, batch, size].
        Tensor Attend(string at, Tensor of, Tensor to, Tensor? mask, params string[] parts)
        {
            using var module = nn.MultiheadAttention(Size, Heads);
            using var free = no_grad();
            foreach (var (name, parameter) in module.named_parameters())
            {
                var kind = name.EndsWith("weight", StringComparison.Ordinal) ? ".weight" : ".bias";
                parameter.copy_(name.StartsWith("in_", StringComparison.Ordinal) ? cat([.. parts.Select(part => Find(at + part + kind))], 0) : Find(at + "out" + kind));
            }
            var (key, query) = (to.transpose(0, 1), of.transpose(0, 1));
            return module.call(query, key, key, null, false, mask).Item1.transpose(0, 1);
        }
    }

    [Fact]
    public void Padding_of_the_source_and_later_tokens_change_nothing()
    {
        using var replica = Replica();
        var one = Scores(replica, 4, 5, 0, 0, 2, 6, 5);
        var other = Scores(replica, 4, 5, 0, 0, 2, 6, 3);
        Assert.Equal(one[..(2 * 7)], other[..(2 * 7)]);
        Assert.NotEqual(one[(2 * 7)..], other[(2 * 7)..]);
        Assert.NotEqual(one, Scores(replica, 4, 5, 6, 0, 2, 6, 5));
        using (var scope = NewDisposeScope())
        {
            // What padding's own embedding is does not matter.
            var padding = replica.Parameters.Tensors[0];
            using var free = no_grad();
            padding[0].fill_(9);
        }
        Assert.Equal(one, Scores(replica, 4, 5, 0, 0, 2, 6, 5));
        Assert.All(Scores(replica, new float[Source + Target]), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Step_by_step_with_remembered_keys_gives_the_scores_of_the_whole()
    {
        using var replica = Replica();
        var translator = replica.Translator!;
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var symbols = tensor([4L, 5, 0, 0, 2, 6, 5, 7, 8, 4, 3, 2, 4, 4], 2, Source + Target);
        var expected = replica.Forward(symbols.to_type(ScalarType.Float32), draws: null);
        using var memory = translator.Read(symbols);
        for (var step = 0; step < Target; step++)
        {
            // The rows change places after the first step, as hypotheses do.
            if (step == 1) memory.Select(tensor([1L, 0]));
            var rows = step == 0 ? symbols : symbols.flip(0);
            var given = translator.Extend(rows.narrow(1, Source + step, 1), memory);
            var whole = (step == 0 ? expected : expected.flip(0)).select(1, step);
            Assert.All(whole.contiguous().data<float>().ToArray().Zip(given.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }
}
