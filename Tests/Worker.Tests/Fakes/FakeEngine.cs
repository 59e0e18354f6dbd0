using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Core.Parameters;
using Federated.Engine;
using Federated.Engine.Data;

namespace Federated.Worker.Tests.Fakes;

/// <summary>A call of Train that waits for the test, on the thread that trains.</summary>
internal sealed class TrainCall(string client, int round)
{
    private readonly ManualResetEventSlim _end = new();
    private Exception? _error;

    public string Client { get; } = client;
    public int Round { get; } = round;
    public int Thread { get; } = Environment.CurrentManagedThreadId;
    public bool IsPoolThread { get; } = System.Threading.Thread.CurrentThread.IsThreadPoolThread;

    public void Finish() => _end.Set();

    public void Fail(Exception error)
    {
        _error = error;
        _end.Set();
    }

    public void Await(CancellationToken cancellation)
    {
        _end.Wait(cancellation);
        if (_error is not null) throw _error;
    }
}

/// <summary>Opened for a job: told to the observer.</summary>
internal sealed record RunOpened(JobSpec Job, ImmutableArray<string> LocalClients);

/// <summary>The observer is told when a run's engine is disposed of.</summary>
internal sealed record RunDisposed;

/// <summary>Two clients, four parameters; an update is what was broadcast plus the round. With an observer, every Train waits for the
/// test.</summary>
internal sealed class FakeEngine(IActorRef? observer = null) : IEngine, IRunEngine
{
    public static readonly ParameterSchema TheSchema = new([new TensorSpec("w", [2, 2])]);

    public Task<IRunEngine> Opening { get; init; } = Task.FromResult<IRunEngine>(null!);

    public Func<string, float> Offset { get; init; } = _ => 0f;

    public string? Notice { get; init; }

    public Exception? OpenError { get; set; }

    /// <summary>True for an algorithm whose clients count their rounds, and add the number of those before to the update.</summary>
    public bool Counts { get; init; }

    public Func<string, float>? StateOffset { get; init; }

    public ImmutableArray<ClientPartition> Clients { get; } = [new("a", 10), new("b", 20)];

    public ImmutableArray<ClientFault> Faults { get; init; } = [];

    public int TestExamples => 7;

    public Goal Goal { get; } = new(Objective.Classification, ["no", "yes"]);

    public ParameterSchema Schema => TheSchema;

    public ParameterSchema BroadcastSchema { get; init; } = TheSchema;

    public ParameterSchema UpdateSchema { get; init; } = TheSchema;

    public double? Weight { get; init; }

    public async Task<IRunEngine> OpenAsync(JobSpec job, ImmutableArray<string> localClients, CancellationToken cancellation)
    {
        observer?.Tell(new RunOpened(job, localClients));
        if (OpenError is not null) throw OpenError;
        await Opening.WaitAsync(cancellation);
        return this;
    }

    public ParameterVector InitialParameters() => new(TheSchema, [1f, 2f, 3f, 4f]);

    public FeatureMoments Moments(string client, CancellationToken cancellation) => new([client.Length, 2], [1.5, -2.5], [0.25, 0]);

    public TrainOutcome Train(string client, int round, ReadOnlyMemory<float> broadcast, Memory<float> update, ClientState state, CancellationToken cancellation)
    {
        if (observer is not null)
        {
            var call = new TrainCall(client, round);
            observer.Tell(call);
            call.Await(cancellation);
        }
        var before = state.Vectors.TryGetValue("rounds", out var kept) ? kept.Span[0] : 0;
        for (var i = 0; i < update.Length; i++) update.Span[i] = broadcast.Span[i % broadcast.Length] + round + Offset(client) + before;
        var next = Counts ? state.With("rounds", new[] { before + 1 + (StateOffset?.Invoke(client) ?? 0) }) : null;
        return new(new LocalUpdate(10, new MetricSums(30, 12.5, 25), next) { Weight = Weight }, new MetricSums(3, 1.5, 2)) { Personal = new MetricSums(3, 0.75, 3) };
    }

    public EvaluationSums EvaluateTest(ReadOnlyMemory<float> parameters, int slice, int slices, CancellationToken cancellation) => new(new(slices, slice + 0.5, slice), []);

    public EvaluationSums EvaluateClient(string client, ReadOnlyMemory<float> parameters, CancellationToken cancellation) =>
        new(new(client.Length, 0.25, 1), [new Tally(TallyNames.TopFive, [0, 1], [2, client.Length])]);

    public void Dispose() => observer?.Tell(new RunDisposed());
}
