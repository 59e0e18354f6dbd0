namespace Federated.Engine.Data.Ratings;

/// <summary>Pairs of a user and an item, each with a number: the rating, or 1 for an item taken and 0 for one not taken.</summary>
/// <param name="users">User of each pair.</param>
/// <param name="items">Item of each pair.</param>
/// <param name="targets">The number of each pair.</param>
internal class PairExamples(int[] users, int[] items, float[] targets) : ExampleSet
{
    public override int Count => users.Length;

    public override int Width => 2;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => 1;

    protected int[] Users => users;

    protected int[] Items => items;

    public override void CopyFeatures(int index, Span<float> destination) => (destination[0], destination[1]) = (users[index], items[index]);

    public override void CopyTarget(int index, Span<float> destination) => destination[0] = targets[index];
}
