using Federated.Core.Parameters;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Models;

public sealed class FlatParametersTests
{
    private static readonly ParameterSchema Schema = new([new("1.weight", [2, 3]), new("1.bias", [2]), new("2.running_mean", [2], Trainable: false)]);

    private static float[] Counting => [.. Enumerable.Range(1, 10).Select(i => (float)i)];

    [Fact]
    public void Loading_fills_each_tensor_in_schema_order_and_saving_gives_the_same_back()
    {
        using var parameters = new FlatParameters(Schema);
        parameters.Load(Counting);
        Assert.Equal([1f, 2, 3, 4, 5, 6], parameters.Tensors[0].data<float>());
        Assert.Equal([2L, 3], parameters.Tensors[0].shape);
        Assert.Equal([7f, 8], parameters.Tensors[1].data<float>());
        Assert.Equal([9f, 10], parameters.Tensors[2].data<float>());
        Assert.Equal([true, true, false], parameters.Tensors.Select(tensor => tensor.requires_grad));
        var saved = new float[10];
        parameters.Save(saved);
        Assert.Equal(Counting, saved);
    }

    [Fact]
    public void Neither_side_of_a_copy_sees_later_changes_of_the_other()
    {
        using var parameters = new FlatParameters(Schema);
        var (given, saved) = (Counting, new float[10]);
        parameters.Load(given);
        given[0] = 99;
        parameters.Save(saved);
        saved[1] = 99;
        Assert.Equal([1f, 2, 3, 4, 5, 6], parameters.Tensors[0].data<float>());
    }

    [Fact]
    public void Change_of_a_tensor_is_seen_in_the_flat_vector()
    {
        using var parameters = new FlatParameters(Schema);
        parameters.Load(Counting);
        using (no_grad()) parameters.Tensors[1].fill_(0);
        Assert.Equal([1, 2, 3, 4, 5, 6, 0, 0, 9, 10], parameters.Values.ToArray());
    }

    [Fact]
    public void Other_lengths_are_refused()
    {
        using var parameters = new FlatParameters(Schema);
        Assert.Throws<ArgumentException>(() => parameters.Load(new float[9]));
        Assert.Throws<ArgumentException>(() => parameters.Save(new float[11]));
    }
}
