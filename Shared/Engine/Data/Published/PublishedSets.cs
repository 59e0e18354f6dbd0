using System.Collections.Immutable;
using Federated.Engine.Data.Idx;
using Federated.Engine.Data.Ratings;
using Federated.Engine.Data.Sources;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Published;

/// <summary>Data sets whose published files are known by their hashes.</summary>
internal static class PublishedSets
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<PublishedSet> All { get; } = [.. IdxDataset.Known.Select(known => known.Published), Cifar10Source.Published, ShakespeareSet.Published, MovieLens.Published, TatoebaSource.Published];
}
