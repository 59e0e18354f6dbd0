using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Partitioning;
using Federated.Core.Randomness;

namespace Federated.Engine.Data;

/// <summary>Gives a loaded set's examples to clients, as the job says. Every draw derives from the job's seed.</summary>
internal static class DataDivider
{
    /// <param name="set">What was read.</param>
    /// <param name="data">Partition, shares and placement.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="localClients">placement local: who owns what was read here.</param>
    /// <exception cref="EngineException">The data cannot be divided like that.</exception>
    public static FederatedData Divide(LoadedSet set, DataSpec data, ulong seed, ImmutableArray<string> localClients)
    {
        var local = data.Placement == Placement.Local;
        var faults = FaultsOf(set, data, localClients);
        if (local) localClients = [.. localClients.Where(client => !faults.Any(fault => fault.Client == client))];
        var owners = local ? LocalOwners(set, localClients) : data.Partition.Kind == PartitionKind.Natural ? set.Owners : [];
        var testOwners = local ? LocalTestOwners(set, localClients) : NaturalTestOwners(set, owners);
        // Of a named set the same test examples are set aside whichever partition spreads the others: central training can be measured on those of its natural clients.
        var (train, test) = Split(set, data.Test, seed, owners, testOwners, groups: local || DatasetCatalog.Find(data.Name) is null ? owners : set.Owners);
        var shares = local ? Local(train, localClients) : Shared(train, data, set.Shape.Classes, seed);
        // Whose a test example is, is known where clients own their examples by nature.
        var testOf = Local(test, local ? localClients : [.. test.Owners.Distinct(StringComparer.Ordinal)]).ToDictionary(share => share.Id, share => share.Examples);
        var clients = shares.Select(share =>
        {
            var split = HoldOut.Draw(share.Examples, data.Validation, SeedTree.Derive(seed, "validation", 0, share.Id));
            return new ClientData(share.Id, split.Kept, split.Held, testOf.GetValueOrDefault(share.Id, []));
        });
        return new(set.Shape, train.Examples, test.Examples, [.. clients]) { Faults = faults };
    }

    // Who owns its examples by nature fails alone. Everybody else needs all of the data.
    private static ImmutableArray<ClientFault> FaultsOf(LoadedSet set, DataSpec data, ImmutableArray<string> localClients)
    {
        if (set.Faults.IsEmpty) return [];
        if (data.Placement == Placement.Shared)
            return data.Partition.Kind == PartitionKind.Natural ? set.Faults : throw new EngineException(ClientFiles.Told(set.Faults));
        ImmutableArray<ClientFault> own = [.. set.Faults.Where(fault => localClients.Contains(fault.Client))];
        if (own.Length == localClients.Length || (own.IsEmpty && OwnsAll(set, localClients)))
            throw new EngineException(ClientFiles.Told(own.IsEmpty ? set.Faults : own));
        return own;
    }

    /// <summary>Examples and, where it is known, the client of each.</summary>
    private sealed record Owned(ExampleSet Examples, ImmutableArray<string> Owners);

    // The owner of every example read here, among the announced clients; "" for those of others.
    private static ImmutableArray<string> LocalOwners(LoadedSet set, ImmutableArray<string> clients)
    {
        if (clients.Distinct(StringComparer.Ordinal).Count() < clients.Length)
            throw new ArgumentException("A client is named twice.", nameof(clients));
        if (OwnsAll(set, clients)) return [.. Enumerable.Repeat(clients[0], set.Train.Count)];
        if (clients.IsEmpty) return [];
        if (set.Owners.IsEmpty)
            throw new EngineException(
                $"The clients {string.Join(", ", clients)} are announced here, and the data does not say which examples are whose. "
                + "Announce one client, or name the table's client column in data.client_column.");
        var known = set.Owners.ToHashSet(StringComparer.Ordinal);
        var absent = clients.Where(client => !known.Contains(client)).ToList();
        if (absent.Count > 0)
            throw new EngineException($"The client column has no row of {string.Join(", ", absent)}. "
                + $"It names {string.Join(", ", known.Order(StringComparer.Ordinal).Take(20))}.");
        return Announced(set.Owners, clients);
    }

    // Who is alone owns everything, unless the data says that only a part is its own.
    private static bool OwnsAll(LoadedSet set, ImmutableArray<string> clients) => clients is [var only] && !set.Owners.Contains(only);

    private static ImmutableArray<string> LocalTestOwners(LoadedSet set, ImmutableArray<string> clients) =>
        OwnsAll(set, clients) && set.Test is { } test ? [.. Enumerable.Repeat(clients[0], test.Count)] : Announced(set.TestOwners, clients);

    // Where the data does not say whose its own test examples are, they can only be those of the one client whose data this is.
    private static ImmutableArray<string> NaturalTestOwners(LoadedSet set, ImmutableArray<string> owners) =>
        owners.IsEmpty || set.Test is not { } test ? [] : !set.TestOwners.IsEmpty ? set.TestOwners
        : owners.Distinct(StringComparer.Ordinal).Count() == 1 ? [.. Enumerable.Repeat(owners[0], test.Count)] : [];

    private static ImmutableArray<string> Announced(ImmutableArray<string> owners, ImmutableArray<string> clients) =>
        [.. owners.Select(owner => clients.Contains(owner) ? owner : "")];

    private static (Owned Train, Owned Test) Split(
        LoadedSet set, double fraction, ulong seed, ImmutableArray<string> owners, ImmutableArray<string> testOwners, ImmutableArray<string> groups)
    {
        if (set.Test is { } own) return (new(set.Train, owners), new(own, testOwners));
        var (train, test) = (new List<int>(), new List<int>());
        foreach (var group in Enumerable.Range(0, set.Train.Count).GroupBy(row => groups.IsEmpty ? "" : groups[row]))
        {
            var split = HoldOut.Draw([.. group], fraction, SeedTree.Derive(seed, "test", 0, group.Key));
            train.AddRange(split.Kept);
            test.AddRange(split.Held);
        }
        return (Take(set.Train, owners, train), Take(set.Train, owners, test));
    }

    private static Owned Take(ExampleSet examples, ImmutableArray<string> owners, List<int> rows)
    {
        rows.Sort();
        return new(new ExampleSubset(examples, [.. rows]), owners.IsEmpty ? [] : [.. rows.Select(row => owners[row])]);
    }

    private static IEnumerable<ClientShare> Local(Owned owned, ImmutableArray<string> clients)
    {
        var rows = Enumerable.Range(0, owned.Owners.Length).ToLookup(row => owned.Owners[row], StringComparer.Ordinal);
        return clients.Select(client => new ClientShare(client, [.. rows[client]]));
    }

    private static ImmutableArray<ClientShare> Shared(Owned train, DataSpec data, int classes, ulong seed)
    {
        var errors = PartitionRules.Check(data, train.Examples.Count, classes > 0, !train.Owners.IsEmpty);
        if (!errors.IsEmpty)
            throw new EngineException($"The data set {data.Name} cannot be spread like this:\n{string.Join('\n', errors.Select(error => $"  {error}"))}");
        return Partitioner.Create(data, train.Examples.Labels, classes, train.Examples.Count, train.Owners, seed);
    }
}
