using System.Text;
using Federated.Engine.Data.Ratings;

namespace Federated.Engine.Tests.Data.Ratings;

public sealed class MovieLensTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Titles_are_those_of_the_file_beside_the_ratings_if_it_has_one_for_each_film()
    {
        var ratings = Path.Combine(_folder.Path, "u.data");
        Assert.Null(MovieLens.Titles(ratings));
        string[] rows = [.. Enumerable.Range(1, 1682).Select(id => $"{id}|Caf\u00e9 {id}|1995")];
        File.WriteAllLines(Path.Combine(_folder.Path, "u.item"), rows, Encoding.Latin1);
        Assert.Equal("Caf\u00e9 2", MovieLens.Titles(ratings)!.Value[1]);
        File.WriteAllLines(Path.Combine(_folder.Path, "u.item"), rows[1..], Encoding.Latin1);
        Assert.Null(MovieLens.Titles(ratings));
    }
}
