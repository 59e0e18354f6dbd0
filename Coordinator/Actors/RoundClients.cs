using System.Collections.Immutable;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

/// <summary>Which worker has which client's task, which workers would not do one, and what went wrong. Belongs to one actor.</summary>
internal sealed class RoundClients
{
    private readonly TaskTickets _tickets = new();
    private readonly Dictionary<string, ImmutableHashSet<string>> _refused = new(StringComparer.Ordinal);
    private ProblemList _problems = new();

    /// <value>What went wrong since <see cref="TakeProblems"/>.</value>
    public ImmutableArray<ClientProblem> Problems => _problems.ToImmutable();

    /// <summary>A worker has a client's task.</summary>
    public void Assign(TaskAssigned assigned) => _tickets.Give(assigned);

    /// <summary>The worker that has the client's task, or had it last; "" where none had.</summary>
    public string WorkerOf(string client) => _tickets.WorkerOf(client);

    /// <summary>The worker that shows the ticket; null where the ticket is not one of the task.</summary>
    public string? HolderOf(TaskId id, ByteString ticket) => _tickets.HolderOf(id, ticket);

    /// <summary>Why whoever shows the ticket is not heard; null when it is.</summary>
    public RefusedOffer? WhyNot(TaskId id, ByteString ticket) => _tickets.WhyNot(id, ticket);

    /// <summary>Workers that would not do the client's task.</summary>
    public ImmutableHashSet<string> Refusers(string client) => _refused.GetValueOrDefault(client, []);

    /// <summary>The client's worker will not do its task, which says nothing of the client. False where nobody else is left to ask: it is a worker that has refused before.</summary>
    public bool Refuse(string client, string reason)
    {
        var (worker, refusers) = (WorkerOf(client), Refusers(client));
        if (worker.Length == 0 || refusers.Contains(worker)) return false;
        _refused[client] = refusers.Add(worker);
        Fail(client, Refusal.Unspecified, reason);
        return true;
    }

    /// <summary>Something went wrong with a client.</summary>
    public void Fail(string client, Refusal refused, string reason) => _problems.Add(client, WorkerOf(client), refused, reason);

    /// <summary>An update was refused. That others were faster, or that it came too early, is no problem of the client's.</summary>
    public void Note(TaskId id, RefusedOffer refused)
    {
        if (refused.Reason is not (Refusal.RoundClosed or Refusal.NotActive)) Fail(id.Client, refused.Reason, refused.Detail);
    }

    /// <summary>The problems so far, which are forgotten.</summary>
    public ImmutableArray<ClientProblem> TakeProblems()
    {
        var problems = Problems;
        _problems = new();
        return problems;
    }

    /// <summary>The client's task is over: what is known of its workers belongs to that.</summary>
    public void Forget(string client)
    {
        _tickets.Forget(client);
        _refused.Remove(client);
    }
}
