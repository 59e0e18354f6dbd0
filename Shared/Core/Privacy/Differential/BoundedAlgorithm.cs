using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Privacy.Differential;

/// <summary>An algorithm whose clients bound what they send: they cut each update to the length C before it leaves, and all updates weigh the same. With mechanism local they also add the noise.</summary>
/// <remarks>
/// central: McMahan et al. 2018, arXiv:1710.06963, FlatClip. With adaptive clipping (Andrew et al. 2021, arXiv:1905.03871, algorithm 1) C goes out behind the model, an update has a value more that says whether it was
/// no longer than C, and the server half moves C ← C exp(-η_C (b̃ - γ)) by the noised mean b̃ of those.
/// local: the update is cut, rounded to a grid towards 0 and noised with N(0, z² C²) (<see cref="GridSum"/>), from a secure source: the client half then gives other bits each time it is asked, and each time costs privacy.
/// What it measured on the way (losses) does not leave the client.
/// </remarks>
/// <param name="inner">The algorithm; its updates are changes of one model, or gradients of one.</param>
/// <param name="plan">A job's, with mechanism central, tree or local.</param>
/// <param name="noise">Where the noise of local comes from.</param>
public sealed class BoundedAlgorithm(IFederatedAlgorithm inner, PrivacyPlan plan, ISecureRandom noise) : IFederatedAlgorithm
{
    private const string ClipSlot = "privacy/clip";
    private const string Within = "privacy/within";

    // Far beyond what updates are: noise must not walk the clip out of the range of float32.
    private const double SmallestClip = 1e-9, LargestClip = 1e9;
    private readonly bool _adapts = plan.Spec.Adaptive.Enabled;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <summary>C of the next round.</summary>
    /// <param name="server">State after the previous one.</param>
    /// <param name="spec">The job's keys.</param>
    public static double ClipOf(ServerState server, DifferentialSpec spec) => spec.Adaptive.Enabled ? server.Slots[ClipSlot].Span[0] : spec.Clip;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => _adapts ? inner.BroadcastSchema(model).With(ClipSlot, 1) : inner.BroadcastSchema(model);

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => _adapts ? inner.UpdateSchema(model).With(Within, 1) : inner.UpdateSchema(model);

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state)
    {
        var own = inner.Broadcast(state);
        return _adapts ? own.Join(BroadcastSchema(state.Parameters.Schema), state.Slots[ClipSlot].Span) : own;
    }

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var model = _adapts ? broadcast[..^1] : broadcast;
        var clip = _adapts ? broadcast[^1] : plan.Spec.Clip;
        var own = new float[_adapts ? update.Length - 1 : update.Length];
        var trained = inner.Train(trainer, model, own, state) with { Weight = 1 };
        // What diverged is told apart before it leaves.
        if (!float.IsFinite(TensorPrimitives.MaxMagnitude<float>(own)))
        {
            own.CopyTo(update);
            return trained;
        }
        if (plan.Mechanism == PrivacyMechanism.Local)
        {
            var sum = new GridSum(own.Length, clip, plan.NoiseMultiplier * clip);
            sum.TryAdd(own, cut: true);
            sum.Release(noise, plan.NoiseMultiplier * clip, divisor: 1, update);
            return trained;
        }
        var within = Clipping.Cut(own, clip);
        own.CopyTo(update);
        if (_adapts) update[^1] = within ? 1 : 0;
        return trained;
    }

    /// <inheritdoc/>
    public string? Refusal(ReadOnlySpan<float> update) => inner.Refusal(_adapts ? update[..^1] : update);

    /// <inheritdoc/>
    public double WeightOf(ServerState state, string client, UpdateFacts facts) => 1;

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = inner.Init(parameters);
        return _adapts ? state with { Slots = state.Slots.Add(ClipSlot, new[] { (float)plan.Spec.Clip }) } : state;
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        if (!_adapts) return inner.Apply(state, mean, round);
        var adaptive = plan.Spec.Adaptive;
        var clip = Math.Clamp(state.Slots[ClipSlot].Span[0] * Math.Exp(-adaptive.Rate * (mean[^1] - adaptive.Quantile)), SmallestClip, LargestClip);
        var next = inner.Apply(state, mean[..^1], round);
        return next with { Slots = next.Slots.SetItem(ClipSlot, new[] { (float)clip }) };
    }
}
