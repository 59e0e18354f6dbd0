using Federated.Engine.Data.Boxes;

namespace Federated.Engine.Objectives;

/// <summary>An object that a detector believes to see.</summary>
/// <param name="Kind">Index of its class.</param>
/// <param name="Score">How sure it is, in [0, 1].</param>
/// <param name="Box">Where.</param>
internal readonly record struct Detection(int Kind, float Score, Box Box);

/// <summary>What is done with an image's detections before they count.</summary>
internal static class Detections
{
    /// <summary>Non-maximum suppression, class by class: the surest detection stays, and those that overlap with it by more than the threshold go, and so on.</summary>
    /// <returns>What stays, the surest first.</returns>
    public static List<Detection> Suppress(IEnumerable<Detection> detections, float threshold)
    {
        var kept = new List<Detection>();
        foreach (var detection in detections.OrderByDescending(each => each.Score))
            if (!kept.Exists(stronger => stronger.Kind == detection.Kind && Box.Overlap(stronger.Box, detection.Box) > threshold)) kept.Add(detection);
        return kept;
    }

    /// <summary>Which detections are right (Everingham et al. 2015, section 4.2): the surest first, each against the object of its class that it overlaps most; right
    /// where that is at least one half and nobody has found the object before.</summary>
    /// <param name="detections">The surest first.</param>
    /// <param name="objects">What is in the image.</param>
    public static bool[] Judge(List<Detection> detections, List<LabelledBox> objects)
    {
        var found = new bool[objects.Count];
        return [.. detections.Select(detection =>
        {
            var (best, at) = (0f, -1);
            for (var i = 0; i < objects.Count; i++)
            {
                if (objects[i].Kind != detection.Kind || Box.Overlap(objects[i].Box, detection.Box) is var overlap && overlap <= best) continue;
                (best, at) = (Box.Overlap(objects[i].Box, detection.Box), i);
            }
            if (best < 0.5f || found[at]) return false;
            return found[at] = true;
        })];
    }
}
