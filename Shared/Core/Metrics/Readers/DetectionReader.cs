using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>Average precision at an overlap of one half, as Pascal VOC computes it since 2010 (Everingham et al., "The Pascal Visual Object Classes Challenge: A
/// Retrospective", IJCV 111, 2015, section 4.2): the area under the curve of precision over recall, made monotone; and its mean over the classes that occur. A
/// deviation: detections whose scores lie in the same thousandth are one point of the curve.</summary>
public sealed class DetectionReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Detections;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("map_50", HigherIsBetter: true), new("ap_50", HigherIsBetter: true) { IsOfOneClass = true }];

    /// <inheritdoc/>
    public string? Complaint(Tally tally)
    {
        if (tally.Values.Any(value => value < 0)) return "a count is negative.";
        for (var kind = 0; kind < DetectionTally.Classes(tally); kind++)
            if (DetectionTally.Steps(tally, kind).Sum(step => step.Right) > DetectionTally.Objects(tally, kind)) return "more objects were found than there are.";
        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes)
    {
        // A class without objects has no average precision.
        var kinds = Enumerable.Range(0, DetectionTally.Classes(tally)).Where(kind => DetectionTally.Objects(tally, kind) > 0).ToList();
        var areas = kinds.ConvertAll(kind => AveragePrecision(tally, kind));
        if (kinds.Count == 0) yield break;
        yield return new("map_50", areas.Average());
        foreach (var (kind, area) in kinds.Zip(areas))
            yield return new("ap_50/" + (kind < classes.Length ? classes[kind] : kind.ToString(CultureInfo.InvariantCulture)), area);
    }

    private static double AveragePrecision(Tally tally, int kind)
    {
        var (objects, points) = (DetectionTally.Objects(tally, kind), new List<(double Recall, double Precision)>());
        var (right, wrong) = (0.0, 0.0);
        foreach (var step in DetectionTally.Steps(tally, kind).Reverse())
        {
            (right, wrong) = (right + step.Right, wrong + step.Wrong);
            points.Add((right / objects, right / (right + wrong)));
        }
        var (area, best) = (0.0, 0.0);
        for (var i = points.Count - 1; i >= 0; i--)
        {
            best = Math.Max(best, points[i].Precision);   // the best precision at this recall or a higher one
            area += (points[i].Recall - (i > 0 ? points[i - 1].Recall : 0)) * best;
        }
        return area;
    }
}
