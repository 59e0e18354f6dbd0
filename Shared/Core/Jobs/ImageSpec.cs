namespace Federated.Core.Jobs;

/// <summary>What pictures are made into before they are learnt from: [channels, height, width].</summary>
public sealed record ImageSpec
{
    /// <value>Pixels from left to right.</value>
    [JobField("Pixels from left to right.", Minimum = 1, Maximum = 4096)]
    public int Width { get; init; } = 64;

    /// <value>Pixels from top to bottom.</value>
    [JobField("Pixels from top to bottom.", Minimum = 1, Maximum = 4096)]
    public int Height { get; init; } = 64;

    /// <value>Colours.</value>
    [JobField("rgb: three channels. grey: one, 0.299 red + 0.587 green + 0.114 blue.")]
    public ImageColor Color { get; init; }
}

/// <summary>Channels of a picture.</summary>
public enum ImageColor
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).</summary>
    Grey,
}
