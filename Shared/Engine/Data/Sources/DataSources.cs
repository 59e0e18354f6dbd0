using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Idx;

namespace Federated.Engine.Data.Sources;

/// <summary>Everything that a job's data.name can be.</summary>
internal static class DataSources
{
    /// <summary>All sources; their names are those of the catalogue.</summary>
    public static ImmutableArray<DataSource> All { get; } =
    [
        new DigitsSource(),
        .. IdxDataset.Known.Select(known => new IdxSource(known)),
        new Cifar10Source(), new MedMnistSource("pneumoniamnist"),
        new HeartDiseaseSource(),
        new RatingsSource(),   // before the tables: a file of ratings is recognised by its name
        new CsvSource(),
        new SeriesSource(),
        new CifarSource(), new NpzSource(), new ImageFolderSource(),
        new TextSource(),
        new LabelledTextSource(),
        new LeafSource(),
        new ShakespeareSource(),
        new SentenceSource(),
        new MovieLensSource(),
        new BccdSource(), new VocSource(),
        new PairsSource(),
        new TatoebaSource(),
    ];

    /// <summary>The source that a job names.</summary>
    /// <exception cref="EngineException">There is none of this name.</exception>
    public static DataSource Find(DataSpec data) => All.FirstOrDefault(source => source.Name == data.Name)
        ?? throw new EngineException($"data.name: there is no data set '{data.Name}'. Known are {string.Join(", ", DatasetCatalog.Names)}.");
}
