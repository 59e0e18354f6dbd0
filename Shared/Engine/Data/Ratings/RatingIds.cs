using System.Globalization;

namespace Federated.Engine.Data.Ratings;

/// <summary>Ids of users or items and their indices.</summary>
internal sealed class RatingIds
{
    private readonly Dictionary<string, int> _indices;

    private RatingIds(string[] names)
    {
        Names = names;
        _indices = new(names.Length, StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++) _indices.Add(names[i], i);
    }

    /// <summary>Ids by index.</summary>
    public string[] Names { get; }

    /// <summary>The ids that occur: whole numbers in numerical order, else by their characters. With a number given, 1 to that number.</summary>
    /// <param name="found">All ids of the file, repeated as they are.</param>
    /// <param name="declared">How many there are; null for as many as are found.</param>
    public static RatingIds Of(List<string> found, int? declared)
    {
        if (declared is { } count) return new([.. Enumerable.Range(1, count).Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        var names = found.Distinct(StringComparer.Ordinal).ToArray();
        return new(Array.TrueForAll(names, IsWhole)
            ? [.. names.OrderBy(name => long.Parse(name, CultureInfo.InvariantCulture)).ThenBy(name => name, StringComparer.Ordinal)]
            : [.. names.Order(StringComparer.Ordinal)]);
    }

    /// <summary>The index of an id; -1 for none.</summary>
    public int Find(string name) => _indices.GetValueOrDefault(name, -1);

    private static bool IsWhole(string name) => long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
