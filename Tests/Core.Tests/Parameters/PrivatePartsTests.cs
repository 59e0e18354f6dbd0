using Federated.Core.Parameters;

namespace Federated.Core.Tests.Parameters;

public sealed class PrivatePartsTests
{
    private static readonly PrivateParts Parts = new(new([new("a", [2]), new("b", []), new("c", [2, 1])]), tensor => tensor.Name is "a" or "c");

    [Fact]
    public void Parts_of_a_model_are_taken_and_placed_in_its_order()
    {
        float[] model = [1, 2, 3, 4, 5];
        Assert.Equal([1f, 2, 4, 5], Parts.Private(model));
        Assert.Equal([3f], Parts.Shared(model));
        Assert.Equal(["b"], Parts.SharedSchema().Tensors.Select(tensor => tensor.Name));

        Parts.PlacePrivate([6, 7, 8, 9], model);
        Assert.Equal([6f, 7, 3, 8, 9], model);
        Parts.PlaceShared([-1], model);
        Assert.Equal([6f, 7, -1, 8, 9], model);
    }

    [Fact]
    public void Vectors_of_another_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Parts.Private(new float[4]));
        Assert.Throws<ArgumentException>(() => Parts.PlacePrivate(new float[3], new float[5]));
        Assert.Throws<ArgumentException>(() => Parts.PlaceShared(new float[1], new float[6]));
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "ab", false)]
    [InlineData("a*", "a", true)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*.bias", "3.1.bias", true)]
    [InlineData("*.bias", "3.bias.x", false)]
    [InlineData("3.*", "13.weight", false)]
    [InlineData("*a*b*", "xaybz", true)]
    [InlineData("*a*b", "abab", true)]
    [InlineData("*ab*ab", "abxab", true)]
    [InlineData("*ab*ab", "xab", false)]
    [InlineData("3.weight", "3xweight", false)]
    public void Star_stands_for_any_letters(string pattern, string name, bool expected) => Assert.Equal(expected, NamePattern.Matches(pattern, name));
}
