using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Federated.Core.Datasets;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Data.Ratings;

/// <summary>MovieLens 100K as GroupLens publishes it.</summary>
internal static class MovieLens
{
    /// <summary>Users and films that there are.</summary>
    public const int Users = 943, Items = 1682;

    public static PublishedSet Published { get; } = new(DatasetCatalog.MovieLens100K,
    [
        new("u.data", 1_979_173, "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
            [new("https://files.grouplens.org/datasets/movielens/ml-100k.zip")]) { Archive = new("ml-100k.zip", "ml-100k/u.data", 4_924_029) },
    ]);

    /// <summary>Titles of the films in the order of their ids, from the file u.item beside the ratings. They are for showing alone and not verified; null where the file is not
    /// there or has not one title for each id.</summary>
    /// <param name="ratings">The file of ratings.</param>
    public static ImmutableArray<string>? Titles(string ratings)
    {
        var file = Path.Combine(Path.GetDirectoryName(ratings)!, "u.item");
        if (!File.Exists(file)) return null;
        var rows = File.ReadLines(file, Encoding.Latin1).Select(line => line.Split('|')).ToList();
        return rows.Count == Items && rows.Index().All(row => row.Item.Length > 1 && row.Item[0] == (row.Index + 1).ToString(CultureInfo.InvariantCulture))
            ? [.. rows.Select(row => row[1])] : null;
    }
}
