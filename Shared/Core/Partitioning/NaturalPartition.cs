using System.Collections.Immutable;

namespace Federated.Core.Partitioning;

/// <summary>As the data says: each client owns the examples that name it. Clients in ordinal order of their names.</summary>
internal static class NaturalPartition
{
    public static ImmutableArray<ClientShare> Group(ImmutableArray<string> owners)
    {
        var groups = new SortedDictionary<string, ImmutableArray<int>.Builder>(StringComparer.Ordinal);
        for (var i = 0; i < owners.Length; i++)
        {
            if (!groups.TryGetValue(owners[i], out var group)) groups.Add(owners[i], group = ImmutableArray.CreateBuilder<int>());
            group.Add(i);
        }
        return [.. groups.Select(group => new ClientShare(group.Key, group.Value.ToImmutable()))];
    }
}
