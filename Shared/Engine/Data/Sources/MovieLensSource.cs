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
        var path = Published.Files[0].Locate(Published.Find(folders))!;
        using var reader = new StreamReader(Published.Files[0].Open(path));
        // Given, so that a part of the ratings could not change what an index means.
        var set = RatingSplit.Split(RatingReader.Read(reader, Name, MovieLens.Users, MovieLens.Items), data.Ratings, Name);
        return MovieLens.Titles(path) is { } titles ? set with { Shape = set.Shape with { SymbolNames = [set.Shape.SymbolNames[0], titles] } } : set;
    }
}
