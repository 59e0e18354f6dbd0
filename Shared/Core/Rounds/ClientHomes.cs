using System.Collections.Immutable;

namespace Federated.Core.Rounds;

/// <summary>Where a client's state is, and of which round.</summary>
/// <param name="Worker">Whose disk has it.</param>
/// <param name="Round">The round whose counted update it belongs to, at least 1.</param>
public readonly record struct ClientHome(string Worker, int Round);

/// <summary>The homes of a run's clients: who made the update of each that was counted last. What a client keeps between rounds is on that worker's disk alone, so the client's next task goes there.
/// Plain immutable data. Earlier homes are remembered as long as a run may be set back to them.</summary>
public sealed record ClientHomes
{
    /// <summary>No client has a home.</summary>
    public static readonly ClientHomes None = new();

    private ClientHomes()
    {
    }

    /// <value>Homes by client, the latest first, none empty.</value>
    public ImmutableSortedDictionary<string, ImmutableStack<ClientHome>> Histories { get; private init; } =
        ImmutableSortedDictionary.Create<string, ImmutableStack<ClientHome>>(StringComparer.Ordinal);

    /// <summary>A client's home; null before its first counted update.</summary>
    public ClientHome? Of(string client) => Histories.TryGetValue(client, out var homes) ? homes.Peek() : null;

    /// <summary>After a committed round.</summary>
    /// <param name="round">The round, above those of all homes so far.</param>
    /// <param name="workers">Who made the counted updates, by client.</param>
    public ClientHomes After(int round, IEnumerable<KeyValuePair<string, string>> workers)
    {
        var histories = Histories.ToBuilder();
        foreach (var (client, worker) in workers) histories[client] = histories.GetValueOrDefault(client, []).Push(new(worker, round));
        return this with { Histories = histories.ToImmutable() };
    }

    /// <summary>Those that may still be asked for: each client's latest, and the ones that were its latest after rounds to which the run may be set back. What is asked of the others is not defined any more.</summary>
    /// <param name="restorable">Those rounds. One that was left out before may not be here.</param>
    public ClientHomes Within(IReadOnlyCollection<int> restorable)
    {
        var histories = Histories.ToBuilder();
        foreach (var (client, homes) in Histories)
        {
            var (needed, count, later) = (new Stack<ClientHome>(), 0, int.MaxValue);
            foreach (var home in homes)
            {
                count++;
                if (later == int.MaxValue || restorable.Any(round => home.Round <= round && round < later)) needed.Push(home);
                later = home.Round;
            }
            if (needed.Count < count) histories[client] = ImmutableStack.CreateRange(needed);
        }
        return this with { Histories = histories.ToImmutable() };
    }

    /// <summary>As they were after an earlier round.</summary>
    /// <param name="round">One to which the run may be set back.</param>
    public ClientHomes BackTo(int round)
    {
        var histories = Histories.ToBuilder();
        foreach (var (client, homes) in Histories)
        {
            var left = homes;
            while (!left.IsEmpty && left.Peek().Round > round) left = left.Pop();
            if (left.IsEmpty) histories.Remove(client);
            else histories[client] = left;
        }
        return this with { Histories = histories.ToImmutable() };
    }
}
