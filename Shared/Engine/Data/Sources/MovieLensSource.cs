using Federated.Core.Jobs;
using Federated.Engine.Data.Published;
using Federated.Engine.Data.Ratings;

namespace Federated.Engine.Data.Sources;

/// <summary>MovieLens 100K. Its bytes are verified, so their times do not matter.</summary>
internal sealed class MovieLensSource : DataSource
{
    private static readonly PublishedSet Published = MovieLens.Published;

    public override string Name => Published.Name;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', [Name, data.Ratings.ToString(), .. folders.Roots]);

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var (folder, file) = (Published.Find(folders), Published.Files[0]);
        using var reader = new StreamReader(file.Open(file.Locate(folder)!));
        // Given, so that a part of the ratings could not change what an index means.
        return RatingSplit.Split(RatingReader.Read(reader, Name, 943, 1682), data.Ratings, Name);
    }
}
