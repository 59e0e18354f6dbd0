namespace Federated.Core.Rounds.Selection;

/// <summary>How many examples clients have, as far as that is known.</summary>
internal static class Sizes
{
    /// <summary>A client's examples: as its data says, or as it said when it last took part; the mean of the others where neither is known, and 1 where nothing is.</summary>
    public static Func<Candidate, double> Of(IReadOnlyList<Candidate> all)
    {
        var known = all.Where(candidate => Known(candidate) > 0).ToArray();
        var mean = known.Length > 0 ? known.Average(candidate => (double)Known(candidate)) : 1;
        return candidate => Known(candidate) is > 0 and var examples ? examples : mean;
    }

    private static long Known(Candidate candidate) => candidate.Examples > 0 ? candidate.Examples : candidate.Last?.Examples ?? 0;
}
