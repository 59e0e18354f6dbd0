using Federated.Core.Metrics;
using Federated.Core.Metrics.Readers;

namespace Federated.Core.Tests.Metrics;

public sealed class DetectionReaderTests
{
    // Class 0 has 4 objects and, from the surest on: right, wrong, right, right. Precision 1, 1/2, 2/3, 3/4 at recall 1/4, 1/4, 1/2, 3/4; the curve made monotone is
    // 1 to recall 1/4 and 3/4 to 3/4: 1/4 + 1/2 * 3/4.
    [Fact]
    public void Average_precision_is_the_area_under_the_monotone_curve()
    {
        var tally = Tally(book =>
        {
            DetectionTally.AddObjects(book, 0, 4);
            Detect(book, (0, 0.9f, true), (0, 0.8f, false), (0, 0.7f, true), (0, 0.6f, true));
        });
        Assert.Equal(0.625, Figure(tally, "ap_50/0")!.Value, 12);
    }

    [Fact]
    public void Mean_is_over_the_classes_that_occur()
    {
        var tally = Tally(book =>
        {
            DetectionTally.AddObjects(book, 0, 1);
            DetectionTally.AddObjects(book, 2, 2);
            Detect(book, (0, 1f, true), (1, 0.5f, false), (2, 0.3f, true));
        });
        Assert.Equal(3, DetectionTally.Classes(tally));
        Assert.Null(Figure(tally, "ap_50/1"));
        Assert.Equal((1 + 0.5) / 2, Figure(tally, "map_50")!.Value, 12);
    }

    [Fact]
    public void Objects_that_nobody_found_make_it_0_and_no_objects_make_it_undefined()
    {
        Assert.Equal(0, Figure(Tally(book => DetectionTally.AddObjects(book, 1, 3)), "map_50"));
        Assert.Null(Figure(Tally(_ => { }), "map_50"));
    }

    [Fact]
    public void Sum_of_two_slices_is_the_tally_of_all()
    {
        var first = Tally(book => { DetectionTally.AddObjects(book, 0, 3); Detect(book, (0, 0.9f, true), (0, 0.2f, false)); });
        var second = Tally(book => { DetectionTally.AddObjects(book, 0, 1); Detect(book, (0, 0.5f, false), (0, 0.4f, true)); });
        var all = Tally(book => { DetectionTally.AddObjects(book, 0, 4); Detect(book, (0, 0.9f, true), (0, 0.2f, false), (0, 0.5f, false), (0, 0.4f, true)); });
        Assert.Equal(Figure(all, "ap_50/0"), Figure(Federated.Core.Metrics.Tally.Add(first, second), "ap_50/0"));
    }

    [Fact]
    public void Detections_of_one_thousandth_are_one_point_of_the_curve()
    {
        var tally = Tally(book => { DetectionTally.AddObjects(book, 0, 1); Detect(book, (0, 0.5009f, false), (0, 0.5001f, true)); });
        Assert.Equal(0.5, Figure(tally, "ap_50/0")!.Value, 12);
    }

    [Fact]
    public void More_found_than_there_is_makes_no_sense() => Assert.NotNull(new DetectionReader().Complaint(Tally(book => Detect(book, (0, 0.5f, true)))));

    private static double? Figure(Tally tally, string name) =>
        new DetectionReader().Read(tally, default, []).Where(figure => figure.Name == name).Select(figure => (double?)figure.Value).FirstOrDefault();

    private static void Detect(TallyBook book, params (int Kind, float Score, bool Right)[] detections)
    {
        foreach (var (kind, score, right) in detections) DetectionTally.AddDetection(book, kind, score, right);
    }

    private static Tally Tally(Action<TallyBook> fill)
    {
        var book = new TallyBook();
        DetectionTally.Declare(book, 3);
        fill(book);
        return Assert.Single(book.Tallies);
    }
}
