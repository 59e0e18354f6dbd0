namespace Federated.Engine.Data.Ratings;

/// <summary>Ratings in the file's order, users and items as indices.</summary>
/// <param name="Users">User of each rating, 0-based.</param>
/// <param name="Items">Item of each rating, 0-based.</param>
/// <param name="Values">The ratings.</param>
/// <param name="Times">When it was given, in whatever unit the file has.</param>
/// <param name="UserIds">Id of each user by index, as in the file.</param>
/// <param name="ItemIds">Id of each item by index.</param>
internal sealed record RatingTable(int[] Users, int[] Items, float[] Values, long[] Times, string[] UserIds, string[] ItemIds)
{
    /// <summary>Items that there are.</summary>
    public int ItemCount => ItemIds.Length;

    /// <summary>Ratings.</summary>
    public int Count => Users.Length;

    /// <summary>Indices of each user's ratings, from the earliest to the latest; those of the same time go by the item's index.</summary>
    public int[][] ByUser()
    {
        var rows = Enumerable.Range(0, Count).ToLookup(row => Users[row]);
        return [.. Enumerable.Range(0, UserIds.Length).Select(user => rows[user].OrderBy(row => Times[row]).ThenBy(row => Items[row]).ToArray())];
    }
}
