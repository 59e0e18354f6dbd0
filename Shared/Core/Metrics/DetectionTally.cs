namespace Federated.Core.Metrics;

/// <summary>How detections are counted, so that an average precision can be computed from sums: per class the objects that there are, and histograms of the scores
/// of right and of wrong detections in steps of 1/1000. Detections of one step count as equally sure.</summary>
public static class DetectionTally
{
    private const int Resolution = 1000;
    private const int Width = 1 + 2 * Resolution;

    /// <summary>Tells how many classes there are, though none of the last may occur.</summary>
    public static void Declare(TallyBook book, int classes) => book.Add(TallyNames.Detections, classes * Width, 0);

    /// <summary>Counts objects that are there.</summary>
    public static void AddObjects(TallyBook book, int kind, int count) => book.Add(TallyNames.Detections, kind * Width, count);

    /// <summary>Counts a detection.</summary>
    /// <param name="book">Where.</param>
    /// <param name="kind">Its class.</param>
    /// <param name="score">In [0, 1].</param>
    /// <param name="right">Whether it is an object of the class that no surer detection has found.</param>
    public static void AddDetection(TallyBook book, int kind, float score, bool right) =>
        book.Add(TallyNames.Detections, kind * Width + 1 + 2 * Math.Clamp((int)(score * Resolution), 0, Resolution - 1) + (right ? 0 : 1), 1);

    /// <summary>Classes of a tally.</summary>
    public static int Classes(Tally tally) => tally.Indices is [.., var last] ? last / Width : 0;

    /// <summary>Objects of a class.</summary>
    public static double Objects(Tally tally, int kind) => tally[kind * Width];

    /// <summary>Right and wrong detections of a class in each step that has some, the least sure first.</summary>
    public static IEnumerable<(double Right, double Wrong)> Steps(Tally tally, int kind)
    {
        for (var at = kind * Width + 1; at < (kind + 1) * Width; at += 2)
            if ((tally[at], tally[at + 1]) is var step && step.Item1 + step.Item2 > 0) yield return step;
    }
}
