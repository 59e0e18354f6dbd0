using Federated.Engine.Data.Ratings;

namespace Federated.Engine.Tests.Data.Ratings;

public sealed class RatingReaderTests
{
    [Theory]
    [InlineData("2\t10\t3\t100\n1\t9\t4.5\t-5\n")]
    [InlineData("2::10::3::100\r\n\r\n1::9::4.5::-5")]
    [InlineData("userId,movieId,rating,timestamp\n2,10,3,100\n1,9,4.5,-5\n")]
    public void Ratings_are_read_with_any_of_the_separators_and_ids_in_numerical_order(string text)
    {
        var table = Read(text);
        Assert.Equal([1, 0], table.Users);
        Assert.Equal([1, 0], table.Items);
        Assert.Equal([3f, 4.5f], table.Values);
        Assert.Equal([100L, -5L], table.Times);
        Assert.Equal(["1", "2"], table.UserIds);
    }

    [Fact]
    public void Declared_numbers_fix_what_an_id_means_whatever_the_file_holds()
    {
        var table = Read("2,3,1,0\n", users: 4, items: 5);
        Assert.Equal((1, 2, 4, 5), (table.Users[0], table.Items[0], table.UserIds.Length, table.ItemCount));
    }

    [Fact]
    public void All_errors_are_told_at_once_with_their_lines()
    {
        var message = Assert.Throws<EngineException>(() => Read("1,1,5,0\n1,2,x,0\n1,3,5,1.5\n1,2\n,4,5,0\n1,1,4,9\n7,1,1,1\n", users: 3)).Message;
        Assert.StartsWith("r.csv cannot be used:", message, StringComparison.Ordinal);
        Assert.Contains("line 2: the rating 'x' is not a finite number", message, StringComparison.Ordinal);
        Assert.Contains("line 3: the timestamp '1.5' is not a whole number", message, StringComparison.Ordinal);
        Assert.Contains("line 4: 2 fields between ','", message, StringComparison.Ordinal);
        Assert.Contains("line 5: ids of users and items have 1 to 256 characters", message, StringComparison.Ordinal);
        Assert.Contains("line 6: user '1' has rated item '1' before, on line 1", message, StringComparison.Ordinal);
        Assert.Contains("line 7: the user '7' is not a whole number from 1 to data.ratings.users 3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_without_ratings_is_refused() =>
        Assert.Contains("there is no rating", Assert.Throws<EngineException>(() => Read("user,item,rating,timestamp\n")).Message, StringComparison.Ordinal);

    private static RatingTable Read(string text, int? users = null, int? items = null) => RatingReader.Read(new StringReader(text), "r.csv", users, items);
}
