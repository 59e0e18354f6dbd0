using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

public sealed class ExampleSetTests
{
    [Fact]
    public void Bytes_are_scaled_so_that_the_largest_is_exactly_one()
    {
        var examples = new ByteExamples([0, 51, 255, 1, 2, 3], [4, 5], width: 3, largest: 255);
        var values = new float[3];
        examples.CopyFeatures(0, values);
        Assert.Equal([0f, 0.2f, 1f], values);
        Assert.Equal((2, 3), (examples.Count, examples.Width));
        Assert.Equal([4L, 5L], examples.Labels.ToArray());
    }

    [Fact]
    public void Subset_hands_out_the_rows_in_its_order()
    {
        var all = new FloatExamples([1, 2, 3, 4, 5, 6], 2, [], [10, 20, 30]);
        var subset = new ExampleSubset(all, [2, 0]);
        var values = new float[2];
        subset.CopyFeatures(0, values);
        Assert.Equal([5f, 6f], values);
        Assert.Equal([30f, 10f], subset.Targets());
        Assert.True(subset.Labels.IsEmpty);
    }

    [Fact]
    public void Destination_of_another_width_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ByteExamples([1, 2], [0], 2, 255).CopyFeatures(0, new float[3]));
        Assert.Throws<ArgumentException>(() => new FloatExamples([1, 2], 2, [0], []).CopyFeatures(0, new float[1]));
    }

    [Fact]
    public void Values_that_do_not_fill_the_examples_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ByteExamples([1, 2, 3], [0], 2, 255));
        Assert.Throws<ArgumentException>(() => new FloatExamples([1, 2, 3], 2, [0], []));
        Assert.Throws<ArgumentException>(() => new FloatExamples([1, 2, 3, 4], 2, [0], [1]));
    }
}
