using System.Collections.Immutable;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>The problems of one attempt of a round: each client and reason once, and a bounded number of them, for peers cause them.</summary>
internal sealed class ProblemList
{
    /// <summary>Most problems that are kept.</summary>
    public const int Most = 1000;

    private readonly SortedDictionary<(string Client, Refusal Refused), ClientProblem> _problems = new(Comparer<(string Client, Refusal Refused)>.Create((a, b) =>
        string.CompareOrdinal(a.Client, b.Client) is not 0 and var order ? order : a.Refused.CompareTo(b.Refused)));

    public void Add(string client, string worker, Refusal refused, string reason)
    {
        if (_problems.Count < Most) _problems.TryAdd((client, refused), new() { Client = client, Worker = worker, Refused = refused, Reason = reason });
    }

    public ImmutableArray<ClientProblem> ToImmutable() => [.. _problems.Values];
}
