using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Ratings;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Sources;

/// <summary>A file of ratings of the user's.</summary>
internal sealed class RatingsSource : DataSource
{
    public override string Name => DatasetCatalog.Ratings;

    // By the names that MovieLens gives such files: their lines look like those of any table.
    public override bool Recognises(string path) =>
        File.Exists(path) && (Path.GetFileName(path) == "u.data" || Path.GetFileNameWithoutExtension(path).Equals("ratings", StringComparison.OrdinalIgnoreCase));

    public override string Key(DataSpec data, DataFolders folders) => string.Join('\n', Name, DataPath.Stamp(Find(data, folders)), data.Ratings);

    public override LoadedSet Load(DataSpec data, DataFolders folders)
    {
        var path = Find(data, folders);
        return TextFile.Stream(path, reader => RatingSplit.Split(RatingReader.Read(reader, path, data.Ratings.Users, data.Ratings.Items), data.Ratings, path));
    }

    private static string Find(DataSpec data, DataFolders folders) => DataPath.FindFile(data.Path, "data.path", "file of ratings", folders);
}
