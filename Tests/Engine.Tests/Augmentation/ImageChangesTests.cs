using Federated.Engine.Augmentation;

namespace Federated.Engine.Tests.Augmentation;

public sealed class ImageChangesTests
{
    // Two channels of 2 x 3.
    private static float[] Image => [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60];

    private static float[] After(Action<ImageChanges, float[]> change)
    {
        var image = Image;
        change(new ImageChanges(2, 2, 3), image);
        return image;
    }

    [Theory]
    [InlineData(0, 0, new float[] { 1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60 })]
    [InlineData(1, 0, new float[] { 4, 5, 6, 0, 0, 0, 40, 50, 60, 0, 0, 0 })]
    [InlineData(-1, 0, new float[] { 0, 0, 0, 1, 2, 3, 0, 0, 0, 10, 20, 30 })]
    [InlineData(0, 2, new float[] { 3, 0, 0, 6, 0, 0, 30, 0, 0, 60, 0, 0 })]
    [InlineData(1, -1, new float[] { 0, 4, 5, 0, 0, 0, 0, 40, 50, 0, 0, 0 })]
    [InlineData(0, 3, new float[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(-5, 7, new float[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void A_shift_shows_the_image_from_another_corner(int down, int right, float[] expected) =>
        Assert.Equal(expected, After((changes, image) => changes.Shift(image, down, right)));

    [Fact]
    public void Mirrors_keep_each_channel_apart()
    {
        Assert.Equal([3, 2, 1, 6, 5, 4, 30, 20, 10, 60, 50, 40], After((changes, image) => changes.MirrorRows(image)));
        Assert.Equal([4, 5, 6, 1, 2, 3, 40, 50, 60, 10, 20, 30], After((changes, image) => changes.MirrorColumns(image)));
    }

    [Theory]
    [InlineData(0, new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(90, new float[] { 7, 4, 1, 8, 5, 2, 9, 6, 3 })]      // the left column is on top
    [InlineData(-90, new float[] { 3, 6, 9, 2, 5, 8, 1, 4, 7 })]
    [InlineData(180, new float[] { 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    public void Quarter_turns_move_whole_pixels(double degrees, float[] expected)
    {
        float[] image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        new ImageChanges(1, 3, 3).Turn(image, degrees);
        Assert.All(expected.Zip(image), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_turn_between_takes_the_bilinear_mean_with_zeros_from_outside()
    {
        float[] image = [0, 0, 0, 0, 4, 8, 0, 0, 0];
        new ImageChanges(1, 3, 3).Turn(image, 45);
        var part = Math.Sqrt(0.5);
        // (1, 2) comes from √½ right and √½ above the middle: shares √½ and 1 - √½ of the right column and of the upper row.
        Assert.Equal((1 - part) * ((1 - part) * 4 + part * 8), image[5], 1e-5);
        // (0, 0) comes from √2 left of the middle, between the left column and what is outside.
        Assert.Equal(0, image[0]);
        // (2, 2) comes from √2 right of the middle, of which 8 has the share 2 - √2.
        Assert.Equal(8 * (2 - Math.Sqrt(2)), image[8], 1e-5);
        Assert.Equal(4, image[4], 1e-5);
    }

    [Theory]
    [InlineData(0, 0, 2, new float[] { 0, 2, 3, 4, 5, 6, 0, 20, 30, 40, 50, 60 })]    // from (-1, -1): one pixel is in the image
    [InlineData(1, 1, 2, new float[] { 0, 0, 3, 0, 0, 6, 0, 0, 30, 0, 0, 60 })]
    [InlineData(1, 2, 1, new float[] { 1, 2, 3, 4, 5, 0, 10, 20, 30, 40, 50, 0 })]
    [InlineData(0, 1, 9, new float[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public void A_hole_is_cut_off_at_the_edge(int y, int x, int side, float[] expected) =>
        Assert.Equal(expected, After((changes, image) => changes.CutOut(image, y, x, side)));

    [Fact]
    public void Brightness_and_contrast_are_the_hand_computed_ones()
    {
        float[] image = [1, 2, 3, 6];
        ImageChanges.Spread(image, 0.5);   // around their mean of 3
        Assert.Equal([2, 2.5f, 3, 4.5f], image);
        ImageChanges.Brighten(image, 2);
        Assert.Equal([4, 5, 6, 9], image);
    }
}
