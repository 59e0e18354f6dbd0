using System.Collections.Immutable;
using Federated.Core.Metrics;
using Federated.V1;

namespace Federated.Wire.Mapping;

/// <summary>Tallies between their wire form and <see cref="Tally"/>.</summary>
public static class TallyMapping
{
    /// <summary>Most tallies of a report.</summary>
    public const int MaxTallies = 16;

    /// <summary>Most entries of all tallies of a report together. With the wire's widest forms that is 2 MiB.</summary>
    public const int MaxEntries = 131_072;

    private const int MaxNameLength = 32;
    private const ulong MaxCount = 1UL << 53;

    // The sum over a million reports stays finite.
    private const double MaxValue = 1e300;

    /// <summary>The wire form: counts as varints where every value is one, else doubles.</summary>
    /// <exception cref="ArgumentException">There are more entries than a report may have.</exception>
    public static IEnumerable<NamedSums> ToProto(this ImmutableArray<Tally> tallies)
    {
        if (tallies.Sum(tally => tally.Indices.Length) is var entries && entries > MaxEntries)
            throw new ArgumentException($"{entries} entries of tallies; at most {MaxEntries} can be reported.", nameof(tallies));
        return tallies.Select(ToProto);
    }

    /// <summary>Reads what a peer sent.</summary>
    /// <param name="sent">The wire form.</param>
    /// <param name="tallies">The tallies when nothing is wrong; of those that have a reader, each makes sense to it.</param>
    /// <returns>Null when they can be used; else why not.</returns>
    public static UploadRefusal? Read(IReadOnlyList<NamedSums> sent, out ImmutableArray<Tally> tallies)
    {
        tallies = [];
        if (sent.Count > MaxTallies) return Malformed($"{sent.Count} tallies; at most {MaxTallies} are allowed.");
        if (sent.Sum(sums => (long)sums.Steps.Count) is var entries && entries > MaxEntries)
            return Malformed($"{entries} entries of tallies; at most {MaxEntries} are allowed.");
        var read = ImmutableArray.CreateBuilder<Tally>(sent.Count);
        foreach (var sums in sent)
        {
            if (!IsName(sums.Name)) return Malformed($"The name of tally {read.Count} is not 1 to {MaxNameLength} of a-z, 0-9 and '_'.");
            if (read.Count > 0 && string.CompareOrdinal(read[^1].Name, sums.Name) >= 0) return Malformed($"Tally '{sums.Name}' is not in the order of names.");
            if (Read(sums, out var tally) is { } wrong) return wrong;
            if (TallyReaders.Find(sums.Name)?.Complaint(tally!) is { } complaint) return Malformed($"Tally '{sums.Name}' makes no sense: {complaint}");
            read.Add(tally!);
        }
        tallies = read.MoveToImmutable();
        return null;
    }

    private static NamedSums ToProto(Tally tally)
    {
        var sums = new NamedSums { Name = tally.Name };
        for (var i = 0; i < tally.Indices.Length; i++) sums.Steps.Add((uint)(tally.Indices[i] - (i > 0 ? tally.Indices[i - 1] : 0)));
        if (tally.Values.All(value => value >= 0 && value <= MaxCount && value == Math.Truncate(value))) sums.Counts.AddRange(tally.Values.Select(value => (ulong)value));
        else sums.Values.AddRange(tally.Values);
        return sums;
    }

    private static UploadRefusal? Read(NamedSums sums, out Tally? tally)
    {
        tally = null;
        var values = sums.Values.Count > 0 ? sums.Values.ToImmutableArray() : [.. sums.Counts.Select(count => (double)count)];
        if (sums.Values.Count > 0 && sums.Counts.Count > 0 || values.Length != sums.Steps.Count)
            return Malformed($"Tally '{sums.Name}' has {sums.Steps.Count} indices, {sums.Counts.Count} counts and {sums.Values.Count} values.");
        if (sums.Counts.Any(count => count > MaxCount)) return new(Refusal.OutOfRange, $"Tally '{sums.Name}' has a count above 2^53.");
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) return new(Refusal.NotFinite, $"Tally '{sums.Name}' has a value that is not a finite number.");
            if (Math.Abs(value) > MaxValue) return new(Refusal.OutOfRange, $"Tally '{sums.Name}' has a value above 1e300.");
        }
        var (indices, index) = (ImmutableArray.CreateBuilder<int>(sums.Steps.Count), 0L);
        foreach (var step in sums.Steps)
        {
            if (step == 0 && indices.Count > 0) return Malformed($"Tally '{sums.Name}' has an index twice.");
            // The largest number is no index: it stands for the end where tallies are added.
            if ((index += step) >= int.MaxValue) return Malformed($"Tally '{sums.Name}' has an index above 2^31 - 2.");
            indices.Add((int)index);
        }
        tally = new(sums.Name, indices.MoveToImmutable(), values);
        return null;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private static UploadRefusal Malformed(string detail) => new(Refusal.Malformed, detail);
}
