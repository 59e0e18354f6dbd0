using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Ratings;

namespace Federated.Engine.Data.Sources;

/// <summary>A file of ratings of the user's.</summary>
internal sealed class RatingsSource : DataSource
{
    public override string Name => DatasetCatalog.Ratings;

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, DataPath.Stamp(Find(data, folders)), data.Ratings);

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var path = Find(data, folders);
        try
        {
            using var reader = new StreamReader(path);
            return RatingSplit.Split(RatingReader.Read(reader, path, data.Ratings.Users, data.Ratings.Items), data.Ratings, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static string Find(DataSpec data, DataFolders folders) => DataPath.Find(data.Path, "data.path", "file of ratings", folders);
}
