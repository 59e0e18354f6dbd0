using System.Collections.Immutable;

namespace Federated.Core.Rounds;

/// <summary>How often a client has failed on end, and until when it is set aside for it.</summary>
/// <param name="Failures">Failures on end, at least 1.</param>
/// <param name="UntilRound">The first round that may ask it again; 0: it is not set aside.</param>
public readonly record struct ClientLapse(int Failures, int UntilRound);

/// <summary>The clients of a run that failed when they were last asked. Plain immutable data. One failure may be chance; from the second on end a client is set
/// aside, for 1, 2, 4 and so on up to 64 rounds, so that a broken client costs ever fewer rounds their time and a mended one comes back by itself.
/// Rounds and not hours, so that a run that is repeated decides alike.</summary>
public sealed record ClientHealth
{
    /// <summary>Longest time that a client is set aside, in rounds.</summary>
    public const int LongestPeriod = 64;

    /// <summary>Nobody failed.</summary>
    public static readonly ClientHealth Fine = new();

    private ClientHealth()
    {
    }

    /// <value>Clients that failed when they were last asked.</value>
    public ImmutableSortedDictionary<string, ClientLapse> Lapses { get; private init; } =
        ImmutableSortedDictionary.Create<string, ClientLapse>(StringComparer.Ordinal);

    /// <summary>After an attempt of a round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="asked">Whom it asked; those that did not fail are fine.</param>
    /// <param name="failed">Who failed.</param>
    public ClientHealth After(int round, IEnumerable<string> asked, IEnumerable<string> failed)
    {
        var lapses = Lapses.ToBuilder();
        lapses.RemoveRange(asked.Except(failed, StringComparer.Ordinal));
        foreach (var client in failed)
        {
            var failures = lapses.TryGetValue(client, out var before) ? before.Failures + 1 : 1;
            lapses[client] = new(failures, failures == 1 ? 0 : round + 1 + Period(failures));
        }
        return this with { Lapses = lapses.ToImmutable() };
    }

    /// <summary>May a round not ask the client?</summary>
    public bool IsSetAside(string client, int round) => Lapses.TryGetValue(client, out var lapse) && round < lapse.UntilRound;

    /// <summary>The clients that a round may ask, in the order given. Where those that are not set aside are fewer than <paramref name="minimum"/>, the ones whose
    /// time is over first come back early.</summary>
    public ImmutableArray<string> Eligible(IReadOnlyCollection<string> clients, int round, int minimum)
    {
        var aside = clients.Where(client => IsSetAside(client, round)).ToArray();
        var missing = minimum - (clients.Count - aside.Length);
        var early = aside.OrderBy(client => Lapses[client].UntilRound).ThenBy(client => client, StringComparer.Ordinal).Take(missing).ToHashSet(StringComparer.Ordinal);
        return [.. clients.Where(client => !IsSetAside(client, round) || early.Contains(client))];
    }

    private static int Period(int failures) => failures - 2 >= 6 ? LongestPeriod : 1 << (failures - 2);
}
