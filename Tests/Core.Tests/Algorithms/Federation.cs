using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

/// <summary>Rounds of an algorithm over clients, without a network: exact means, states that are kept, facts of each round.</summary>
internal sealed class Federation
{
    private readonly IFederatedAlgorithm _algorithm;
    private readonly ILocalTrainer[] _clients;
    private readonly ClientState[] _states;
    private readonly ReadOnlyMemory<float>?[] _personal;

    public Federation(JobSpec job, params ILocalTrainer[] clients)
    {
        (_algorithm, _clients, _states, _personal) = (AlgorithmCatalog.Create(job), clients, [.. clients.Select(_ => ClientState.Empty)], new ReadOnlyMemory<float>?[clients.Length]);
        State = _algorithm.Init(new(clients[0].Schema, new float[clients[0].Schema.Count]));
    }

    public Federation(AlgorithmSpec algorithm, params ILocalTrainer[] clients) : this(new JobSpec { Federation = new() { Rounds = 1000, Algorithm = algorithm } }, clients)
    {
    }

    public ServerState State { get; set; }

    public float[] Model => State.Parameters.Values.ToArray();

    /// <summary>A client's own model after its last round; null where it has none.</summary>
    public float[]? Personal(int client) => _personal[client]?.ToArray();

    public ClientState Kept(int client) => _states[client];

    /// <summary>One round with some clients, or with all; the model after it.</summary>
    public float[] Round(params int[] cohort)
    {
        var (model, broadcast) = (State.Parameters.Schema, _algorithm.Broadcast(State));
        Assert.Equal(_algorithm.BroadcastSchema(model), broadcast.Schema);
        var length = _algorithm.UpdateSchema(model).Count;
        var (mean, average, facts) = (new ExactMean(length), new float[length], ImmutableSortedDictionary.CreateBuilder<string, UpdateFacts>(StringComparer.Ordinal));
        foreach (var client in cohort.Length > 0 ? cohort : [.. Enumerable.Range(0, _clients.Length)])
        {
            var update = new float[length];
            var outcome = _algorithm.Train(_clients[client], broadcast.Values.Span, update, _states[client]);
            var (name, said) = ($"client-{client}", new UpdateFacts(outcome.Examples, outcome.Training, null, 0) { Weight = outcome.Weight });
            Assert.Equal(AddOutcome.Added, mean.TryAdd(update, _algorithm.WeightOf(State, name, said)));
            (_states[client], _personal[client]) = (outcome.State ?? _states[client], outcome.Personal);
            facts.Add(name, said);
        }
        mean.Mean(average);
        State = _algorithm.Apply(State, average, new(facts.ToImmutable(), _clients.Length));
        return Model;
    }
}
