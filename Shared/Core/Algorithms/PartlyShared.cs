using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>An algorithm whose clients share some of the model's tensors, and keep the others to themselves from round to round. Each begins with the private values that the run begins with.</summary>
/// <remarks>
/// Client half: the model of the shared values that were received and the client's private ones is trained. The update, shape [U], is what changed of the shared tensors alone; the private ones are kept, and the
/// whole is the client's own model. Server half: the job's server optimiser by the mean of the updates; it gets 0 for private tensors, which so stay as they were drawn in the model of the coordinator.
/// </remarks>
/// <param name="server">The server half.</param>
public abstract class PartlyShared(ServerHalf server) : IFederatedAlgorithm
{
    private const string Kept = "private";

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => PartsOf(model).SharedSchema();

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var parts = PartsOf(trainer.Schema);
        var (start, own) = (broadcast.ToArray(), new float[broadcast.Length]);
        if (state.Vectors.TryGetValue(Kept, out var kept)) parts.PlacePrivate(kept.Span, start);
        var training = Train(trainer, parts, start, own);
        TensorPrimitives.Subtract(parts.Shared(own), parts.Shared(start), update);
        return new LocalUpdate(trainer.Examples, training, state.With(Kept, parts.Private(own))) { Personal = own };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters) => server.Init(parameters);

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var step = new float[state.Parameters.Values.Length];
        PartsOf(state.Parameters.Schema).PlaceShared(mean, step);
        return server.Apply(state, step);
    }

    /// <summary>What is private of a model that the catalogue does not refuse.</summary>
    protected abstract PrivateParts PartsOf(ParameterSchema model);

    /// <summary>Local training.</summary>
    /// <param name="trainer">The client's.</param>
    /// <param name="parts">What is private.</param>
    /// <param name="start">Shape [P].</param>
    /// <param name="own">Receives the client's own model, shape [P].</param>
    protected virtual MetricSums Train(ILocalTrainer trainer, PrivateParts parts, ReadOnlySpan<float> start, Span<float> own) => trainer.Train(start, own, default).Sums;
}
