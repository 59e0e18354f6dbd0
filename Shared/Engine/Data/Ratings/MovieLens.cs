using Federated.Core.Datasets;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Data.Ratings;

/// <summary>MovieLens 100K as GroupLens publishes it.</summary>
internal static class MovieLens
{
    public static PublishedSet Published { get; } = new(DatasetCatalog.MovieLens100K,
    [
        new("u.data", 1_979_173, "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
            [new("https://files.grouplens.org/datasets/movielens/ml-100k.zip")]) { Archive = new("ml-100k.zip", "ml-100k/u.data", 4_924_029) },
    ]);
}
