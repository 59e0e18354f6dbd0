using System.Collections.Immutable;
using System.Globalization;

namespace Federated.Core.Partitioning;

/// <summary>Bundles owners into groups of about equally many examples: the largest owner first, each into the group that is smallest so far (Graham 1969, "Bounds on multiprocessing
/// timing anomalies"). An owner is never divided, so a group is at least as large as its largest owner.</summary>
public static class BalancedGroups
{
    /// <summary>The group of every example, <c>group-1</c> to <c>group-n</c>, the group of the largest owner first.</summary>
    /// <param name="owners">The owner of every example.</param>
    /// <param name="groups">How many, at least 1; with fewer owners than groups there are as many groups as owners.</param>
    public static ImmutableArray<string> Of(ImmutableArray<string> owners, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        var sizes = new int[groups];
        var group = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (owner, count) in owners.CountBy(owner => owner, StringComparer.Ordinal).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var smallest = Array.IndexOf(sizes, sizes.Min());
            sizes[smallest] += count;
            group.Add(owner, string.Create(CultureInfo.InvariantCulture, $"group-{smallest + 1}"));
        }
        return [.. owners.Select(owner => group[owner])];
    }
}
