using System.Collections.Immutable;
using System.Numerics.Tensors;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Privacy.Differential;

/// <summary>What the coordinator makes of a round's updates where it adds the noise: (Σ Δ_k + N(0, z² C²)) / m, each update weighing the same and m being the updates that are expected, a fixed number. McMahan, Ramage, Talwar, Zhang,
/// "Learning Differentially Private Recurrent Language Models", ICLR 2018, arXiv:1710.06963, algorithm 1 with the estimator f̃_f. Clients have cut their updates; each is measured here again, and one that is longer than C is
/// refused. With mechanism tree the noise is what a round changes in that of a tree (<see cref="TreeNoise"/>). Not thread-safe.</summary>
/// <remarks>
/// The noise is fresh each time and cannot be repeated: a round that is tried again, or that a coordinator had not made durable when it died, has other noise, of which nobody has seen the first. What was released is what the
/// journal says. With adaptive clipping an update has one value more, 1 where it was not longer than C before it was cut, else 0, whose mean is noised too (<see cref="PrivacyPlan.Split"/>).
/// Deviations: updates are rounded to a grid, towards 0 (<see cref="GridSum"/>).
/// </remarks>
/// <param name="plan">A job's, whose mechanism is central or tree.</param>
/// <param name="length">U, at least 1; at least 2 with adaptive clipping.</param>
/// <param name="noise">Where the noise comes from.</param>
public sealed class NoisySum(PrivacyPlan plan, int length, ISecureRandom noise) : IUpdateAggregate
{
    private readonly HashSet<string> _clients = new(StringComparer.Ordinal);
    private readonly bool _adapts = plan.Spec.Adaptive.Enabled;
    private GridSum? _updates;
    private GridSum? _within;
    private ImmutableDictionary<string, ReadOnlyMemory<float>> _kept = [];
    private long _leaf = 1;

    /// <inheritdoc/>
    public int Length => length;

    /// <summary>Begins a round, whatever came before.</summary>
    /// <param name="server">State after the previous round: it has the clip, where that moves, and the noise of the open tree.</param>
    /// <param name="leaf">tree: which round below its tree it is, from 1, where a new one begins.</param>
    public void Open(ServerState server, long leaf = 1)
    {
        var clip = BoundedAlgorithm.ClipOf(server, plan.Spec);
        // With the least noise that the plan knows: adaptive clipping adds more.
        _updates = new(_adapts ? length - 1 : length, clip, plan.NoiseMultiplier * clip);
        _within = _adapts ? new(1, Half, plan.NoiseMultiplier * Half) : null;
        _clients.Clear();
        (_kept, _leaf) = (server.Slots, leaf);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No round is open.</exception>
    public AddOutcome TryAdd(string client, ReadOnlyMemory<float> values, double weight)
    {
        if (values.Length != length) throw new ArgumentException($"Expected {length} values, got {values.Length}.", nameof(values));
        if (weight != 1) throw new ArgumentOutOfRangeException(nameof(weight), weight, "Under differential privacy all updates weigh the same, 1.");
        var updates = Opened(_updates);
        if (!TensorPrimitives.IsFiniteAll(values.Span)) return AddOutcome.NotFinite;
        if (updates.Count == GridSum.MaxCount) return AddOutcome.Full;
        if (_clients.Contains(client)) throw new ArgumentException($"The update of client '{client}' is there already.", nameof(client));
        var own = _adapts ? values.Span[..^1] : values.Span;
        if (_adapts && values.Span[^1] is not (0 or 1)) return AddOutcome.OutOfRange;
        if (!updates.TryAdd(own, cut: false)) return AddOutcome.TooLong;
        // From the middle, so that one client moves the number by half of one.
        _within?.TryAdd([values.Span[^1] - Half], cut: false);
        _clients.Add(client);
        return AddOutcome.Added;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: who could have been asked decides what the sum is divided by.</exception>
    public void Aggregate(Span<float> result, int round) => throw new NotSupportedException("A noised sum is released by Release.");

    /// <summary>Draws the noise and gives away the round's result, once.</summary>
    /// <param name="result">Receives it, shape [U].</param>
    /// <param name="population">Clients that could have been asked, at least 1.</param>
    /// <returns>tree: the noise that the next round goes on from; else null.</returns>
    /// <exception cref="InvalidOperationException">No round is open, or the state that it was opened with lacks the noise of its tree.</exception>
    internal TreeNoise? Release(Span<float> result, int population)
    {
        if (result.Length != length) throw new ArgumentException($"Expected room for {length} values, got {result.Length}.", nameof(result));
        var (updates, expected) = (Opened(_updates), plan.Expected(population));
        var (counts, multiplier) = _adapts ? plan.Split(expected) : (0, plan.NoiseMultiplier);
        if (plan.Mechanism == PrivacyMechanism.Tree) return ReleaseOfTree(updates, expected, result);
        updates.Release(noise, multiplier * updates.Clip, expected, _adapts ? result[..^1] : result);
        if (_within is not null)
        {
            _within.Release(noise, counts, expected, result[^1..]);
            result[^1] += Half;
        }
        Clear();
        return null;
    }

    /// <inheritdoc/>
    public void Clear()
    {
        (_updates, _within, _kept) = (null, null, []);
        _clients.Clear();
    }

    private TreeNoise ReleaseOfTree(GridSum updates, double expected, Span<float> result)
    {
        var change = new long[length];
        var next = TreeNoise.Read(_kept, _leaf - 1, length).Next(updates.Draw(noise, plan.NoiseMultiplier * updates.Clip), change);
        updates.Release(change, expected, result);
        Clear();
        // A tree that is whole is needed no more.
        return _leaf < plan.Leaves ? next : TreeNoise.Empty;
    }

    private const float Half = 0.5f;

    private static GridSum Opened(GridSum? sum) => sum ?? throw new InvalidOperationException("No round is open.");
}
