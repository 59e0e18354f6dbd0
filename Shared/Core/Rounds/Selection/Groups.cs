namespace Federated.Core.Rounds.Selection;

/// <summary>The same share of each group, by largest remainders; within a group in the order given.</summary>
internal static class Groups
{
    /// <summary>Some of them.</summary>
    /// <param name="shuffled">All, in an order by lot.</param>
    /// <param name="count">At most all.</param>
    public static Candidate[] Draw(IReadOnlyList<Candidate> shuffled, int count)
    {
        var groups = shuffled.GroupBy(candidate => candidate.Group, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.ToArray()).ToArray();
        var seats = groups.Select(group => (int)((long)count * group.Length / shuffled.Count)).ToArray();
        // Where remainders are equal the first of the shuffled clients decides, so that it is not always the same group that gets the seat.
        var rank = shuffled.Index().DistinctBy(candidate => candidate.Item.Group).ToDictionary(first => first.Item.Group, first => first.Index, StringComparer.Ordinal);
        var byRemainder = Enumerable.Range(0, groups.Length).OrderByDescending(group => (long)count * groups[group].Length % shuffled.Count).ThenBy(group => rank[groups[group][0].Group]);
        foreach (var group in byRemainder.Take(count - seats.Sum())) seats[group]++;
        return [.. groups.SelectMany((group, place) => group.Take(seats[place]))];
    }
}
