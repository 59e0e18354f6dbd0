namespace Federated.Engine.Data.Ratings;

/// <summary>Held-out items: the features are user and item, the target the items that it is ranked against.</summary>
/// <param name="users">User of each example.</param>
/// <param name="items">Held-out item of each example.</param>
/// <param name="candidates">For each example as many items as for the others, which the user has not taken.</param>
internal sealed class RankedExamples(int[] users, int[] items, int[][] candidates) : ExampleSet
{
    public override int Count => users.Length;

    public override int Width => 2;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => candidates.Length > 0 ? candidates[0].Length : 0;

    public override void CopyFeatures(int index, Span<float> destination) => (destination[0], destination[1]) = (users[index], items[index]);

    public override void CopyTarget(int index, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++) destination[i] = candidates[index][i];
    }
}
