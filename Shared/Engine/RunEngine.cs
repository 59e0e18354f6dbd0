using System.Collections.Immutable;
using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Privacy.Differential;
using Federated.Engine.Attacks;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Engine.Training;

namespace Federated.Engine;

/// <summary>One run: a planned model on loaded data. Thread-safe; no method may be awaited in.</summary>
internal sealed class RunEngine : IRunEngine
{
    private readonly JobSpec _job;
    private readonly FederatedData _data;
    private readonly ModelPlan _plan;
    private readonly OwnModel? _own;
    private readonly IFederatedAlgorithm _algorithm;
    private readonly SimulatedAttack? _attack;
    private readonly PrivacyPlan? _private;
    private readonly ISecureRandom _secret;
    private readonly WorkspacePool _pool;
    private readonly ImmutableDictionary<string, ClientData> _clients;

    /// <exception cref="EngineException">The job does not fit the data, or its own model is none that can be trained.</exception>
    public RunEngine(JobSpec job, FederatedData data, ComputeDevice? device = null, ModelFile? model = null)
        : this(job, data, AlgorithmCatalog.Create(job), device, model)
    {
    }

    /// <exception cref="EngineException">The job does not fit the data.</exception>
    internal RunEngine(JobSpec job, FederatedData data, IFederatedAlgorithm algorithm, ComputeDevice? device = null, ModelFile? model = null, ISecureRandom? secret = null)
    {
        LibtorchSetup.Ensure();
        _secret = secret ?? SystemRandom.Instance;
        _private = PrivacyPlan.Of(job) is { Mechanism: PrivacyMechanism.Example } plan ? plan : null;
        _own = model is null ? null : OwnModel.Open(model, job, data.Shape);
        (_job, _data) = (job, data);
        try
        {
            _plan = JobFit.Plan(job, data, _own);
            _attack = SimulatedAttack.Of(job, data);
        }
        catch
        {
            _own?.Dispose();
            throw;
        }
        _algorithm = algorithm;
        (BroadcastSchema, UpdateSchema) = (algorithm.BroadcastSchema(_plan.Schema), algorithm.UpdateSchema(_plan.Schema));
        _clients = data.Clients.ToImmutableDictionary(client => client.Id, StringComparer.Ordinal);
        Clients = [.. data.Clients.Where(client => client.Train.Length > 0).Select(client => new ClientPartition(client.Id, client.Train.Length))];
        var largest = Clients.Length > 0 ? Clients.Max(client => client.Examples) : 0;
        _pool = new WorkspacePool(() => new Workspace(_plan, job.Training, data.Train.EpochSize(largest), device?.Torch, _own));
    }

    /// <inheritdoc/>
    public ImmutableArray<ClientPartition> Clients { get; }

    /// <inheritdoc/>
    public ImmutableArray<ClientFault> Faults => _data.Faults;

    /// <inheritdoc/>
    public int TestExamples => _data.Test.Count;

    /// <inheritdoc/>
    public Goal Goal => Goal.Of(_data.Shape);

    /// <inheritdoc/>
    public ParameterSchema Schema => _plan.Schema;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema { get; }

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema { get; }

    /// <inheritdoc/>
    public ParameterVector InitialParameters() => _own?.Initial ?? Core.Models.InitialParameters.Draw(_plan, _job.Seed);

    /// <inheritdoc/>
    public FeatureMoments Moments(string client, CancellationToken cancellation)
    {
        var own = Find(client);
        if (own.Train.IsEmpty) throw new EngineException($"Client '{client}' has no training examples.");
        return Standardisation.Of(_plan.Schema) is { Features: var features }
            ? FeatureSums.Of(_data.Train, own.Train.AsSpan(), _data.Shape, features, client, cancellation)
            : throw new EngineException("The model has no layer normalize, so nobody needs the moments of its features.");
    }

    /// <inheritdoc/>
    public TrainOutcome Train(
        string client, int round, ReadOnlyMemory<float> broadcast, Memory<float> update, ClientState state, CancellationToken cancellation)
    {
        if (_attack?.Has(client) != true) return Train(_data.Train, client, round, broadcast, update, state, cancellation);
        var outcome = Train(_attack.Train, client, round, broadcast, update, state, cancellation);
        _attack.Change(client, round, broadcast, update.Span, attacker =>
        {
            var honest = new float[update.Length];
            Train(_data.Train, attacker, round, broadcast, honest, ClientState.Empty, cancellation);
            return honest;
        });
        return outcome;
    }

    private TrainOutcome Train(
        ExampleSet examples, string client, int round, ReadOnlyMemory<float> broadcast, Memory<float> update, ClientState state, CancellationToken cancellation)
    {
        var own = Find(client);
        if (own.Train.IsEmpty) throw new EngineException($"Client '{client}' has no training examples.");
        return _pool.Use(workspace =>
        {
            workspace.Replica.Parameters.Load(broadcast.Span[.._plan.Schema.Count]);
            MetricSums? validation = own.Validation.IsEmpty ? null : Evaluator.Sum(workspace, _data.Train, own.Validation.AsSpan(), cancellation).Sums;
            var scope = new TrainingScope(_job.Seed, round, client, _job.Federation.Rounds);
            ILocalTrainer trainer = _private is null ? new LocalTrainer(workspace, _job.Training, examples, own.Train, own.Validation, scope, cancellation)
                : new PrivateTrainer(workspace, _private, examples, own.Train, scope, _secret, cancellation);
            var trained = _algorithm.Train(trainer, broadcast.Span, update.Span, state);
            // Where training goes well all the same, what came is several models, and it is not from this one that the client has learnt.
            if (validation is { } sums && !double.IsFinite(sums.LossSum)) validation = null;
            return new TrainOutcome(trained, validation)
            {
                Personal = trained.Personal is { } model && !own.Validation.IsEmpty ? Own(workspace, model, own, cancellation) : null,
                Labels = _job.Privacy.SecureAggregation.CountsLabels ? LabelCounts.Of(examples.Labels, own.Train.AsSpan(), _data.Shape.Classes) : [],
            };
        });
    }

    /// <inheritdoc/>
    public EvaluationSums EvaluateTest(ReadOnlyMemory<float> parameters, int slice, int slices, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(slice);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slice, slices);
        var (begin, end) = ((int)((long)slice * TestExamples / slices), (int)(((long)slice + 1) * TestExamples / slices));
        var written = Enumerable.Range(begin, end - begin).Where(index => IsSample(index, TestExamples)).ToArray();
        return _pool.Use(workspace => Measure(workspace, parameters, _data.Test, Enumerable.Range(begin, end - begin).ToArray(), cancellation)
            + Write(workspace, _data.Test, written, cancellation) + (_attack?.Measure(workspace, begin, end, cancellation) ?? EvaluationSums.None));
    }

    /// <inheritdoc/>
    public EvaluationSums EvaluateClient(string client, ReadOnlyMemory<float> parameters, CancellationToken cancellation)
    {
        var own = Find(client);
        return _pool.Use(workspace => !_job.Data.TestsBelongToClients || (own.Test.IsEmpty && !_job.Evaluation.PerClient)
            ? Measure(workspace, parameters, _data.Train, own.Validation.AsSpan(), cancellation)
            : Measure(workspace, parameters, _data.Test, own.Test.AsSpan(), cancellation)
                + Write(workspace, _data.Test, own.Test.Where((_, place) => IsSample(place, own.Test.Length)).ToArray(), cancellation));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pool.Dispose();
        _own?.Dispose();
    }

    // After the measurement, which has loaded the parameters.
    private EvaluationSums Write(Workspace workspace, ExampleSet examples, ReadOnlySpan<int> indices, CancellationToken cancellation) => workspace.Objective.Writes
        ? Evaluator.Write(workspace, examples, indices, _job.Evaluation.Beam, cancellation) : EvaluationSums.None;

    private bool IsSample(int index, int count) => EvenSample.Has(index, _job.Evaluation.Samples, count);

    private EvaluationSums Measure(
        Workspace workspace, ReadOnlyMemory<float> parameters, ExampleSet examples, ReadOnlySpan<int> indices, CancellationToken cancellation)
    {
        workspace.Replica.Parameters.Load(parameters.Span);
        return Evaluator.Measure(workspace, examples, indices, cancellation);
    }

    // A client's own model that has diverged is no reason to lose its update: it has no figure.
    private MetricSums? Own(Workspace workspace, ReadOnlyMemory<float> model, ClientData own, CancellationToken cancellation)
    {
        if (!TensorPrimitives.IsFiniteAll(model.Span)) return null;
        try
        {
            return Measure(workspace, model, _data.Train, own.Validation.AsSpan(), cancellation).Sums;
        }
        catch (EngineException)
        {
            return null;
        }
    }

    private ClientData Find(string client) => _clients.GetValueOrDefault(client)
        ?? throw new EngineException(_data.Faults.FirstOrDefault(fault => fault.Client == client)?.Reason
            ?? $"Client '{client}' is not one of the {_clients.Count} clients of this worker.");
}
