using System.Collections.Immutable;
using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Core.Privacy.Noise;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Tests.Privacy;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Privacy;

/// <summary>What a coordinator that is curious reads out of the update of a client with one picture: all of it where the update is plain, nothing where it is masked or noised. A picture has 64 pixels, and the correlation of
/// 64 independent pairs is beyond 0.6 with a probability of 2 · 10^-7 (r √(62 / (1 - r²)) is t-distributed with 62 degrees of freedom): the stated false alarm of each of these tests, whose draws are seeded.</summary>
public sealed class GradientInversionTests
{
    private const double Unseen = 0.6;

    private static readonly JobSpec Job = new()
    {
        Model = new ModelSpec { Layers = [new FlattenLayer(), new DenseLayer { Units = 32, Activation = Activation.Tanh }, new DenseLayer { Units = 10, Activation = Activation.Softmax }] },
        Federation = new() { Algorithm = new() { Name = "fedsgd" } },
    };

    [Fact]
    public void Plain_update_shows_the_picture()
    {
        foreach (var picture in (int[])[0, 7, 100])
        {
            var (schema, update) = Update(picture);
            Assert.True(GradientInversion.Correlation(GradientInversion.Invert(schema, update), Pixels(picture)) > 0.999);
        }
    }

    [Fact]
    public void Masked_update_shows_nothing()
    {
        foreach (var picture in (int[])[0, 7, 100])
        {
            var (schema, update) = Update(picture);
            var codec = new RingCodec(bits: 16, clip: 1, clients: 3);
            var seen = new float[schema.Count];
            codec.Decode(Received(update, codec, victim: "a"), weight: 1, seen);
            Assert.InRange(Math.Abs(GradientInversion.Correlation(GradientInversion.Invert(schema, seen), Pixels(picture))), 0, Unseen);

            // The same encoding without a mask does show it: it is the mask that hides it.
            var integers = new int[schema.Count];
            codec.Encode(update, weight: 1, new SeededSecureRandom(1), integers);
            codec.Decode(Array.ConvertAll(integers, value => (uint)value), weight: 1, seen);
            Assert.True(GradientInversion.Correlation(GradientInversion.Invert(schema, seen), Pixels(picture)) > 0.99);
        }
    }

    // A noise multiplier of 1 on an update of the length of the clip.
    [Fact]
    public void Noised_update_shows_nothing()
    {
        foreach (var picture in (int[])[0, 7, 100])
        {
            var (schema, update) = Update(picture);
            TensorPrimitives.Divide(update, TensorPrimitives.Norm<float>(update), update);
            Assert.True(GradientInversion.Correlation(GradientInversion.Invert(schema, update), Pixels(picture)) > 0.999);
            new NoiseGrid(sigma: 1, clip: 1, update.Length).AddNoise(update.AsSpan(), new SeededSecureRandom((byte)picture));
            Assert.InRange(Math.Abs(GradientInversion.Correlation(GradientInversion.Invert(schema, update), Pixels(picture))), 0, Unseen);
        }
    }

    // What the coordinator gets of one of three clients, as elements of the ring.
    private static uint[] Received(float[] update, RingCodec codec, string victim)
    {
        var (context, rules, layout) = (new MaskingContext("run", 1, 1), new MaskingRules { Minimum = 2 }, new MaskedLayout(update.Length, codec.RingBits, Scalars: 0));
        ImmutableArray<string> names = ["a", "b", "c"];
        var clients = names.Select((name, place) => new MaskingClient(context, name, rules, layout, new SeededSecureRandom((byte)(10 + place)))).ToArray();
        try
        {
            var advertised = clients.Select((client, place) => new Neighbour(place + 1, client.Advertise())).ToArray();
            var shape = MaskingGraph.Choose(names.Length, rules);
            var shared = clients.Select((client, place) => client.Share(new(shape, place + 1, [.. advertised.Where(other => other.Index != place + 1)])).Value!).ToArray();
            var place = names.IndexOf(victim);
            Assert.Null(clients[place].Take(new([.. shared.SelectMany(answer => answer.Shares).Where(share => share.To == place + 1).OrderBy(share => share.From)])));
            var integers = new int[update.Length];
            codec.Encode(update, weight: 1, new SeededSecureRandom(1), integers);
            var (values, scalars) = (new uint[update.Length], Array.Empty<ulong>());
            Assert.Null(layout.AddTo(clients[place].Mask(integers, scalars), values, scalars, threads: 1));
            return values;
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    private static (ParameterSchema Schema, float[] Update) Update(int picture)
    {
        var set = DigitsSet.Load();
        using var engine = new RunEngine(Job, new(set.Shape, set.Train, set.Test!, [new ClientData("victim", [picture], [], [])]));
        var update = new float[engine.Schema.Count];
        engine.Train("victim", 1, engine.InitialParameters().Values, update, ClientState.Empty, default);
        return (engine.Schema, update);
    }

    private static float[] Pixels(int picture)
    {
        var train = DigitsSet.Load().Train;
        var pixels = new float[train.Width];
        train.CopyFeatures(picture, pixels);
        return pixels;
    }
}
