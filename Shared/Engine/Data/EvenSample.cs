namespace Federated.Engine.Data;

/// <summary>Samples of a set that are spread evenly over it. The same ones however the set is cut into slices. Pure.</summary>
internal static class EvenSample
{
    /// <summary>Whether an example is one of them.</summary>
    /// <param name="index">Below <paramref name="count"/>.</param>
    /// <param name="samples">How many are wanted; all are taken where there are no more.</param>
    /// <param name="count">Examples of the set.</param>
    public static bool Has(int index, int samples, int count) => (long)index * samples / count != ((long)index + 1) * samples / count;
}
