using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Engine.Data;

namespace Federated.Engine;

/// <summary>Opens runs: what a worker knows of models and data. Thread-safe.</summary>
public interface IEngine
{
    /// <summary>Loads the data set (once per process; later calls share it), partitions it and plans the model.</summary>
    /// <param name="job">A checked job.</param>
    /// <param name="localClients">placement local: the clients whose data lives here; each owns all of the training data found here. Else empty.</param>
    /// <param name="cancellation">Gives up loading.</param>
    /// <exception cref="EngineException">The data set is missing or broken, or the model does not fit it; the message says what to do.</exception>
    Task<IRunEngine> OpenAsync(JobSpec job, ImmutableArray<string> localClients, CancellationToken cancellation);

    /// <summary>That this engine works otherwise than usual on this machine, for people; null where it does not. Known once a run was opened.</summary>
    string? Notice => null;
}

/// <summary>One run's model and data on this worker. Methods do their work on the calling thread and may run side by side on several threads; each
/// thread at work holds one model replica, taken from and returned to a pool.</summary>
public interface IRunEngine : IDisposable
{
    /// <summary>Every client that this worker can train, in partition order, with the number of its training examples.</summary>
    ImmutableArray<ClientPartition> Clients { get; }

    /// <summary>Clients of the partition that take no part, for their data cannot be used.</summary>
    ImmutableArray<ClientFault> Faults { get; }

    /// <summary>Size of the central test set; 0 without one.</summary>
    int TestExamples { get; }

    /// <summary>What is learnt.</summary>
    Goal Goal { get; }

    /// <summary>Names and shapes of the model's tensors, P values.</summary>
    ParameterSchema Schema { get; }

    /// <summary>What the job's algorithm sends to clients, B values.</summary>
    ParameterSchema BroadcastSchema { get; }

    /// <summary>What it gets from them, U values.</summary>
    ParameterSchema UpdateSchema { get; }

    /// <summary>The run's first parameters, drawn from the job's seed or out of the file of its own model: the same values on every worker.</summary>
    ParameterVector InitialParameters();

    /// <summary>What a client says of its training data, for a model that begins with normalize: count, sum and squared deviations of each feature. Missing values are
    /// left out, and so are features that are flags.</summary>
    /// <param name="client">One of <see cref="Clients"/>.</param>
    /// <param name="cancellation">Checked now and then.</param>
    /// <exception cref="EngineException">Unknown client, one without examples, a value that is not finite, or a model without such a layer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    FeatureMoments Moments(string client, CancellationToken cancellation);

    /// <summary>The client half of the job's algorithm.</summary>
    /// <param name="client">One of <see cref="Clients"/>.</param>
    /// <param name="round">1-based; with the client and the job's seed it decides every draw.</param>
    /// <param name="broadcast">What the round's clients get, shape [B].</param>
    /// <param name="update">Receives the update, shape [U].</param>
    /// <param name="state">What the client kept in its last committed round.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <exception cref="EngineException">Unknown client, or one without examples.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    TrainOutcome Train(
        string client, int round, ReadOnlyMemory<float> broadcast, Memory<float> update, ClientState state, CancellationToken cancellation);

    /// <summary>Measures parameters on one slice of the central test set: examples [slice * n / slices, (slice + 1) * n / slices).</summary>
    EvaluationSums EvaluateTest(ReadOnlyMemory<float> parameters, int slice, int slices, CancellationToken cancellation);

    /// <summary>Measures parameters on a client's own test share or, without one, its validation share; with evaluation.per_client on its test share alone. Sums over no
    /// examples where it has none.</summary>
    EvaluationSums EvaluateClient(string client, ReadOnlyMemory<float> parameters, CancellationToken cancellation);
}

/// <summary>A client and the number of its training examples.</summary>
public sealed record ClientPartition(string Id, int Examples);

/// <summary>What training a client gave beside the update.</summary>
/// <param name="Update">Weight, training sums, and what the client keeps.</param>
/// <param name="Validation">The received parameters on the client's validation share; null without one.</param>
public sealed record TrainOutcome(LocalUpdate Update, MetricSums? Validation)
{
    /// <value>The client's own model after the round on the same share; null without a share, or where the algorithm has only one model.</value>
    public MetricSums? Personal { get; init; }

    /// <value>[classes], how many of the client's training examples each class has, as it was trained on them; empty where the job does not count them.</value>
    public ImmutableArray<long> Labels { get; init; } = [];
}

/// <summary>The engine cannot do what was asked, and a repetition would fail as well. The message is for people: what, where, what to do.</summary>
public sealed class EngineException : Exception
{
    /// <summary>With a message for people.</summary>
    public EngineException(string message) : base(message) { }

    /// <summary>With the cause.</summary>
    public EngineException(string message, Exception inner) : base(message, inner) { }

    /// <value>Whether this worker refuses, or lacks, what another one may allow or have.</value>
    public bool OnlyHere { get; init; }
}
