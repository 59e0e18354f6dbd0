namespace Federated.Core.Jobs;

/// <summary>How training examples are changed each time a step sees them. Everything is off by default; evaluation sees the data as it is.</summary>
public sealed record AugmentationSpec
{
    /// <value>Images: zeros around the image, out of which the old size is cut.</value>
    [JobField("Images: so many zeros are put on every side, and the old size is cut out at a random place.", Minimum = 0, Maximum = 1024)]
    public int CropPadding { get; init; }

    /// <value>Images: half of them are mirrored left to right.</value>
    [JobField("Images: half of them, drawn at random, are mirrored left to right.")]
    public bool HorizontalFlip { get; init; }

    /// <value>Images: half of them are turned upside down.</value>
    [JobField("Images: half of them, drawn at random, are mirrored top to bottom.")]
    public bool VerticalFlip { get; init; }

    /// <value>Images: largest angle in degrees.</value>
    [JobField("Images: turned by an angle between minus and plus so many degrees, bilinear, with zeros from outside.", Minimum = 0, Maximum = 180)]
    public double Rotation { get; init; }

    /// <value>Images: values times 1 - b to 1 + b.</value>
    [JobField("Images: all values times one number from 1 - brightness to 1 + brightness.", Minimum = 0, Maximum = 1)]
    public double Brightness { get; init; }

    /// <value>Images: distance of the values from their mean times 1 - c to 1 + c.</value>
    [JobField("Images: the distance of all values from the image's mean times one number from 1 - contrast to 1 + contrast.", Minimum = 0, Maximum = 1)]
    public double Contrast { get; init; }

    /// <value>Images: side of a square of zeros.</value>
    [JobField("Images: side of a square of zeros around a random pixel, cut off at the image's edge (DeVries and Taylor 2017).", Minimum = 0, Maximum = 4096)]
    public int Cutout { get; init; }

    /// <value>Numbers of every shape: standard deviation of what is added to each value.</value>
    [JobField("Tables, series and images: standard deviation of Gaussian noise that is added to every value.", Minimum = 0, Maximum = 1e6)]
    public double Noise { get; init; }

    /// <value>Series: standard deviation of the factor of each feature.</value>
    [JobField("Series: every feature is multiplied over all its time by one number, Gaussian around 1 with this standard deviation (Um et al. 2017).",
        Minimum = 0, Maximum = 10)]
    public double Scaling { get; init; }

    /// <value>Text: probability that a symbol becomes the unknown one.</value>
    [JobField("Text: probability that a symbol is replaced by the unknown one, whose index is 1.", Minimum = 0, ExclusiveMaximum = 1)]
    public double UnknownTokens { get; init; }

    /// <value>Text with one class a text: probability that a symbol is left out.</value>
    [JobField("Text with one class a text: probability that a symbol is left out, whereupon the others move up; one always stays.", Minimum = 0, ExclusiveMaximum = 1)]
    public double DroppedTokens { get; init; }

    /// <value>Numbers with one target: α of mixup's Beta distribution.</value>
    [JobField("Tables, series and images: pairs of a batch are mixed in a share drawn once a batch from Beta(mixup, mixup), and the loss is that of both targets "
        + "in the same share (Zhang et al. 2018). 0 for none.", Minimum = 0, Maximum = 1000)]
    public double Mixup { get; init; }
}
