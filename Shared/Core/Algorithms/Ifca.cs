using System.Collections.Immutable;
using System.Globalization;
using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;
using Federated.Core.Randomness;

namespace Federated.Core.Algorithms;

/// <summary>IFCA, clustered federated learning. Ghosh, Chung, Yin, Ramchandran, "An Efficient Framework for Clustered Federated Learning", NeurIPS 2020, algorithm 1 with model averaging (option II), arXiv:2006.04088.</summary>
/// <remarks>
/// There are k models θ_1 to θ_k. Client half: all of them come, [k P]; the client takes the one with the lowest loss over its whole data, the first of equal ones, trains it for the job's local epochs, and sends what changed in
/// that model's place, and 1 in its place of k indicators, [k P + k]. The model that it took is its personal model. Server half: each θ_j by a step of the job's server optimiser, which it has for itself, by the mean over the
/// clients that took it; a model that nobody took stays. With k = 1 it is fedavg, bit by bit. The run's model, which evaluations measure, is the one with most weight in the last round.
/// Deviations: means are weighted by examples, where the paper's clients have equally many. θ_1 begins as the run's model, and the others with the values of each of its weight tensors in an order of their own: for weights that
/// were drawn independently this is a draw of the same kind, as the paper's random beginnings.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="clusters">k, at least 1.</param>
/// <param name="seed">Of the beginnings.</param>
public sealed class Ifca(ServerHalf server, int clusters, ulong seed) : IFederatedAlgorithm
{
    private const string Model = "model";
    private readonly int _clusters = clusters >= 1 ? clusters : throw new ArgumentOutOfRangeException(nameof(clusters), clusters, "There is at least one cluster.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("ifca", static (job, server) => new Ifca(server, job.Federation.Algorithm.Clusters, job.Seed), "as fedavg, of that of k models which has the lowest loss on its data",
        "Ghosh et al. 2020, [arXiv:2006.04088](https://arxiv.org/abs/2006.04088), algorithm 1, option II")
    {
        Options = "`clusters`",
        MeasuresLoss = true,
        ServerKeeps = "k (the models)",
        Down = "k - 1 models, [P] each",
        Up = "zeros for the models that it did not take, [P] each, and k values",
        NotPlain = "its updates are of several models",
        NotMasked = "its server must know exactly which clients took which model",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => Several(model);

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => Several(model).With("ifca/taken", _clusters);

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state)
    {
        var (count, values) = (state.Parameters.Values.Length, new float[_clusters * state.Parameters.Values.Length]);
        for (var cluster = 0; cluster < _clusters; cluster++) state.Slots[Slot(cluster, Model)].Span.CopyTo(values.AsSpan(cluster * count));
        return new(BroadcastSchema(state.Parameters.Schema), values);
    }

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">No model has a finite loss on the client's data. One that has diverged is taken by nobody.</exception>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var (count, taken, lowest) = (trainer.Schema.Count, _clusters == 1 ? 0 : -1, double.PositiveInfinity);
        for (var cluster = 0; cluster < _clusters && _clusters > 1; cluster++)
        {
            var loss = trainer.Measure(broadcast.Slice(cluster * count, count)).Loss;
            if (double.IsFinite(loss) && loss < lowest) (taken, lowest) = (cluster, loss);
        }
        if (taken < 0) throw new ArithmeticException($"The loss of none of the {_clusters} models is finite on the client's data: they have diverged. Lower training.optimizer.learning_rate or federation.algorithm.server_learning_rate.");
        update.Clear();
        var model = broadcast.Slice(taken * count, count);
        var change = update.Slice(taken * count, count);
        var training = trainer.Train(model, change, default);
        TensorPrimitives.Subtract(change, model, change);
        update[_clusters * count + taken] = 1;
        return new LocalUpdate(trainer.Examples, training.Sums) { Personal = model.ToArray() };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var slots = ImmutableDictionary.CreateBuilder<string, ReadOnlyMemory<float>>();
        for (var cluster = 0; cluster < _clusters; cluster++) Keep(slots, cluster, server.Init(cluster == 0 ? parameters : Beginning(parameters, cluster)));
        return new(0, parameters, slots.ToImmutable());
    }

    /// <inheritdoc/>
    public string? Refusal(ReadOnlySpan<float> update)
    {
        var taken = update[^_clusters..];
        var count = (update.Length - _clusters) / _clusters;
        var place = taken.IndexOf(1);
        if (place < 0 || taken[..place].ContainsAnyExcept(0) || taken[(place + 1)..].ContainsAnyExcept(0)) return "The indicators of an update of ifca are 1 for one model and 0 for the others.";
        return update[..(place * count)].ContainsAnyExcept(0) || update[((place + 1) * count)..^_clusters].ContainsAnyExcept(0) ? "An update of ifca changes the one model that its client took." : null;
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var count = state.Parameters.Values.Length;
        if (mean.Length != _clusters * count + _clusters) throw new ArgumentException($"Expected {_clusters * count + _clusters} values, got {mean.Length}.", nameof(mean));
        var shares = mean[(_clusters * count)..];
        var (slots, most) = (state.Slots.ToBuilder(), 0);
        for (var cluster = 0; cluster < _clusters; cluster++)
        {
            if (shares[cluster] > shares[most]) most = cluster;
            if (shares[cluster] <= 0) continue;
            var step = mean.Slice(cluster * count, count).ToArray();
            TensorPrimitives.Divide(step, shares[cluster], step);
            Keep(slots, cluster, server.Apply(Of(state, cluster), step));
        }
        return new(state.Round + 1, new(state.Parameters.Schema, slots[Slot(most, Model)].ToArray()), slots.ToImmutable());
    }

    // The broadcast begins with the model's own names.
    private ParameterSchema Several(ParameterSchema model) => _clusters == 1 ? model
        : new([.. model.Tensors, .. Enumerable.Range(1, _clusters - 1).SelectMany(cluster => model.Tensors.Select(tensor => tensor with { Name = Slot(cluster, tensor.Name), Trainable = false }))]);

    private ParameterVector Beginning(ParameterVector first, int cluster)
    {
        var (values, offset) = (first.Values.ToArray(), 0);
        var random = new RandomStream(SeedTree.Derive(seed, "ifca", cluster));
        foreach (var tensor in first.Schema.Tensors)
        {
            // Biases and scales have one dimension, and statistics are no draws.
            if (tensor.Trainable && tensor.Shape.Length > 1) random.Shuffle<float>(values.AsSpan(offset, tensor.Count));
            offset += tensor.Count;
        }
        return new(first.Schema, values);
    }

    private static ServerState Of(ServerState state, int cluster)
    {
        var (prefix, slots) = (Slot(cluster, ""), state.Slots.Where(slot => slot.Key.StartsWith(Slot(cluster, ""), StringComparison.Ordinal) && slot.Key != Slot(cluster, Model)));
        return new(state.Round, new(state.Parameters.Schema, state.Slots[Slot(cluster, Model)].ToArray()), slots.ToImmutableDictionary(slot => slot.Key[prefix.Length..], slot => slot.Value));
    }

    private static void Keep(ImmutableDictionary<string, ReadOnlyMemory<float>>.Builder slots, int cluster, ServerState state)
    {
        slots[Slot(cluster, Model)] = state.Parameters.Values;
        foreach (var (name, values) in state.Slots) slots[Slot(cluster, name)] = values;
    }

    private static string Slot(int cluster, string name) => string.Create(CultureInfo.InvariantCulture, $"ifca/{cluster + 1}/{name}");
}
