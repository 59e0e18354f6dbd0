using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

/// <summary>Recurrent layers against libtorch's own modules with the same weights.</summary>
public sealed class RecurrentTests
{
    private const int Batch = 3, Steps = 5, Features = 4, Units = 3;

    public static TheoryData<string, int, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, int, bool>();
            foreach (var name in new[] { "rnn", "lstm", "gru" })
                foreach (var layers in new[] { 1, 2 })
                    foreach (var bidirectional in new[] { false, true }) kinds.Add(name, layers, bidirectional);
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Layer_gives_what_the_module_gives_with_the_same_weights(string name, int layers, bool bidirectional)
    {
        LibtorchSetup.Ensure();
        var width = Units * (bidirectional ? 2 : 1);
        var data = DataShape.ForNumbers([Steps, Features], width);
        using var last = Replica(data, Layer(name, layers, bidirectional, RecurrentReturn.Last));
        using var sequence = Replica(data with { Output = [Steps, width] }, Layer(name, layers, bidirectional, RecurrentReturn.Sequence));
        var weights = Noise(last.Plan.Schema.Count, 1);
        last.Parameters.Load(weights);
        sequence.Parameters.Load(weights);

        using var scope = NewDisposeScope();
        using var module = Module(name, Features, layers, bidirectional, weights);
        var input = tensor(Noise(Batch * Steps * Features, 2)).view(Batch, Steps, Features);
        var (outputs, states) = Run(module, input);
        Close(outputs, sequence.Forward(input, null));
        var directions = bidirectional ? 2 : 1;
        Close(cat([.. Enumerable.Range(0, directions).Select(direction => states[(layers - 1) * directions + direction])], 1), last.Forward(input, null));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Padding_of_symbols_changes_nothing(string name, int layers, bool bidirectional)
    {
        LibtorchSetup.Ensure();
        var width = Units * (bidirectional ? 2 : 1);
        var text = DataShape.ForNumbers([Steps], width) with { Vocabularies = [6] };
        LayerSpec embedding = new EmbeddingLayer { Size = Features };
        using var last = Replica(text, embedding, Layer(name, layers, bidirectional, RecurrentReturn.Last));
        using var sequence = Replica(text with { Output = [Steps, width] }, embedding, Layer(name, layers, bidirectional, RecurrentReturn.Sequence));
        var weights = Noise(last.Plan.Schema.Count, 3);
        last.Parameters.Load(weights);
        sequence.Parameters.Load(weights);
        float[][] sentences = [[1, 2, 3, 4, 5], [5, 0, 1, 0, 0], [2, 0, 0, 0, 0]];   // a symbol that is missing in the middle is still a step

        using var scope = NewDisposeScope();
        using var module = Module(name, Features, layers, bidirectional, weights[(6 * Features)..]);
        var input = tensor(sentences.SelectMany(row => row).ToArray()).view(Batch, Steps);
        var (ends, all) = (last.Forward(input, null), sequence.Forward(input, null));
        var vectors = tensor(weights[..(6 * Features)]).view(6, Features);
        vectors[0].zero_();
        foreach (var (example, length) in new[] { (0, 5), (1, 3), (2, 1) })
        {
            // The sentence alone, without its padding.
            var alone = vectors.index_select(0, tensor(sentences[example][..length], int64)).unsqueeze(0);
            var (outputs, states) = Run(module, alone);
            Close(outputs[0], all[example, ..length]);
            Close(zeros(Steps - length, width), all[example, length..]);
            var directions = bidirectional ? 2 : 1;
            Close(cat([.. Enumerable.Range(0, directions).Select(direction => states[(layers - 1) * directions + direction, 0])], 0), ends[example]);
        }
    }

    [Fact]
    public void Example_of_nothing_but_padding_counts_as_one_step()
    {
        LibtorchSetup.Ensure();
        using var replica = Replica(DataShape.ForNumbers([2], 1) with { Vocabularies = [3] }, new EmbeddingLayer { Size = 1 }, new RnnLayer { Units = 1 });
        replica.Parameters.Load([9, 9, 9, 1, 1, 0.5f, 0]);   // vectors, the input's weight, the state's, both biases
        using var scope = NewDisposeScope();
        Assert.Equal(Math.Tanh(0.5), replica.Forward(zeros(1, 2), null).item<float>(), 1e-6);
    }

    [Fact]
    public void Dropout_falls_between_layers_in_training_and_is_drawn_from_the_pass()
    {
        LibtorchSetup.Ensure();
        using var replica = Replica(DataShape.ForNumbers([Steps, Features], Units), new GruLayer { Units = Units, Layers = 2, Dropout = 0.5 });
        replica.Parameters.Load(Noise(replica.Plan.Schema.Count, 5));
        using var scope = NewDisposeScope();
        var input = tensor(Noise(Batch * Steps * Features, 2)).view(Batch, Steps, Features);
        float[] Of(RandomStream? draws) => replica.Forward(input, draws).data<float>().ToArray();
        Assert.Equal(Of(new RandomStream(1)), Of(new RandomStream(1)));
        Assert.NotEqual(Of(new RandomStream(1)), Of(new RandomStream(2)));
        Assert.NotEqual(Of(new RandomStream(1)), Of(null));
        Assert.Equal(Of(null), Of(null));
    }

    [Fact]
    public void Steps_leave_no_native_tensors_behind()
    {
        LibtorchSetup.Ensure();
        using var replica = Replica(DataShape.ForNumbers([Steps], 2 * Units) with { Vocabularies = [6] }, new EmbeddingLayer { Size = 2 }, new LstmLayer { Units = Units, Bidirectional = true, Layers = 2, Dropout = 0.1 });
        Step();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        for (var i = 0; i < 20; i++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            replica.Forward(tensor([1f, 2, 3, 0, 0, 5, 4, 3, 2, 1]).view(2, Steps), new RandomStream(1)).sum().backward();
            replica.Parameters.ClearGradients();
        }
    }

    private static LayerSpec Layer(string name, int layers, bool bidirectional, RecurrentReturn gives) => name switch
    {
        "rnn" => new RnnLayer { Units = Units, Layers = layers, Bidirectional = bidirectional, Return = gives },
        "lstm" => new LstmLayer { Units = Units, Layers = layers, Bidirectional = bidirectional, Return = gives },
        _ => new GruLayer { Units = Units, Layers = layers, Bidirectional = bidirectional, Return = gives },
    };

    private static nn.Module Module(string name, int features, int layers, bool bidirectional, float[] weights)
    {
        nn.Module module = name switch
        {
            "rnn" => nn.RNN(features, Units, layers, batchFirst: true, bidirectional: bidirectional),
            "lstm" => nn.LSTM(features, Units, layers, batchFirst: true, bidirectional: bidirectional),
            _ => nn.GRU(features, Units, layers, batchFirst: true, bidirectional: bidirectional),
        };
        using var inference = no_grad();
        var offset = 0;
        foreach (var (_, parameter) in module.named_parameters())
        {
            var count = (int)parameter.NumberOfElements;
            parameter.copy_(tensor(weights[offset..(offset + count)]).view(parameter.shape));
            offset += count;
        }
        Assert.Equal(weights.Length, offset);
        return module;
    }

    private static (Tensor Outputs, Tensor States) Run(nn.Module module, Tensor input)
    {
        if (module is TorchSharp.Modules.LSTM lstm)
        {
            var (outputs, states, _) = lstm.call(input, null);
            return (outputs, states);
        }
        return module is TorchSharp.Modules.GRU gru ? gru.call(input, null!) : ((TorchSharp.Modules.RNN)module).call(input, null!);
    }

    private static ModelReplica Replica(DataShape data, params ImmutableArray<LayerSpec> layers) =>
        new(ModelPlanner.Plan(new ModelSpec { Layers = layers }, data).Plan!, keepSoftmax: true);

    private static float[] Noise(int count, ulong seed)
    {
        var draws = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(0.5 * draws.NextGaussian()))];
    }

    // Rounding of float32 sums in another order.
    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        if (expected.NumberOfElements == 0) return;
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-5f);
    }
}
