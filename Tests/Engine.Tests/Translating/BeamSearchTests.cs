using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using Federated.Engine.Tests.Training;
using Federated.Engine.Translating;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Translating;

[Collection(nameof(NativeMemoryTests))]
public sealed class BeamSearchTests
{
    private const int Source = 3, Target = 4, Symbols = 7, Begin = 2, End = 3;

    private static ModelReplica Replica(ulong seed)
    {
        LibtorchSetup.Ensure();
        var layer = new EncoderDecoderLayer { Size = 8, Heads = 2, Hidden = 8, Layers = 1 };
        var replica = new ModelReplica(ModelPlanner.Plan(new ModelSpec { Layers = [layer] }, DataShape.ForPairs(Source, Target, 9, Symbols)).Plan!, keepSoftmax: true);
        var random = new RandomStream(seed);
        replica.Parameters.Load([.. Enumerable.Range(0, replica.Plan.Schema.Count).Select(_ => (float)(0.7 * random.NextGaussian()))]);
        return replica;
    }

    // log P of each next token by a whole pass.
    private static float[] Next(ModelReplica replica, long[] source, ImmutableArray<int> written)
    {
        using var scope = NewDisposeScope();
        float[] symbols = [.. source, Begin, .. written, .. new float[Target - 1 - written.Length]];
        return nn.functional.log_softmax(replica.Forward(tensor(symbols).view(1, -1), draws: null)[0, written.Length], 0).data<float>().ToArray();
    }

    // Every translation there is, with log P and |Y|.
    private static IEnumerable<(ImmutableArray<int> Tokens, double Score, int Length)> All(ModelReplica replica, long[] source, ImmutableArray<int> written, double score)
    {
        var next = Next(replica, source, written);
        yield return (written, score + next[End], written.Length + 1);
        foreach (var token in Enumerable.Range(0, Symbols).Where(token => token is not (0 or Begin or End)))
        {
            if (written.Length + 1 == Target) yield return (written.Add(token), score + next[token], Target);
            else
                foreach (var longer in All(replica, source, written.Add(token), score + next[token])) yield return longer;
        }
    }

    private static ImmutableArray<ImmutableArray<int>> Translate(ModelReplica replica, BeamSpec beam, params long[][] sources)
    {
        using var inference = no_grad();
        using var scope = NewDisposeScope();
        return BeamSearch.Translate(replica.Translator!, tensor(sources.SelectMany(source => source).ToArray(), sources.Length, Source), beam);
    }

    [Fact]
    public void Greedy_search_takes_the_likeliest_token_each_time()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            using var replica = Replica(seed);
            long[][] sources = [[4, 5, 0], [6, 7, 8], [8, 0, 0]];
            var given = Translate(replica, new BeamSpec(), sources);
            for (var i = 0; i < sources.Length; i++)
            {
                ImmutableArray<int> written = [];
                while (written.Length < Target)
                {
                    var next = Next(replica, sources[i], written);
                    next[0] = next[Begin] = float.NegativeInfinity;
                    var token = Array.IndexOf(next, next.Max());
                    if (token == End) break;
                    written = written.Add(token);
                }
                Assert.Equal<int>(written, given[i]);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    [InlineData(2)]
    public void Beam_as_wide_as_all_translations_finds_the_best_by_equation_14(double alpha)
    {
        for (var seed = 1UL; seed <= 4; seed++)
        {
            using var replica = Replica(seed);
            long[][] sources = [[4, 5, 0], [6, 7, 8]];
            var given = Translate(replica, new BeamSpec { Width = 64, LengthPenalty = alpha }, sources);
            for (var i = 0; i < sources.Length; i++)
            {
                // At width 64 the beam holds every prefix of 3 tokens (4^3), and all that ended; those of full length compete while fewer than 64 have ended.
                var best = All(replica, sources[i], [], 0).MaxBy(one => one.Score / (Math.Pow(5 + one.Length, alpha) / Math.Pow(6, alpha)));
                Assert.Equal<int>(best.Tokens, given[i]);
            }
        }
    }

    [Fact]
    public void Length_penalty_is_that_of_the_paper() =>
        Assert.Equal(1.84201575, SentenceSearch.LengthPenalty(10, 0.6666667), 1e-6);   // (15 / 6)^(2/3)

    [Fact]
    public void Native_memory_of_decoding_is_freed()
    {
        using var replica = Replica(1);
        Translate(replica, new BeamSpec { Width = 2 }, [4, 5, 0]);
        var before = Tensor.TotalCount;
        Translate(replica, new BeamSpec { Width = 3 }, [4, 5, 0], [6, 0, 0]);
        Assert.Equal(before, Tensor.TotalCount);
    }
}
