namespace Federated.Core.Jobs;

/// <summary>What a detector finds, and the grid on which it finds it. Sites that train one model need the same.</summary>
public sealed record DetectionSpec
{
    /// <value>Pixels of a cell's side.</value>
    [JobField("Pixels of a grid cell's side: a power of 2 that divides the image's width and height. Each cell finds the objects whose middle lies in it.",
        Minimum = 1, Maximum = 1024)]
    public int Stride { get; init; } = 8;

    /// <value>Widths and heights of the boxes that a cell starts from, as fractions of the image's.</value>
    [JobField("Boxes that a cell starts from, width and height in turn, as fractions of the image's: typical sizes of objects, and as many as a cell may have to find.",
        ExclusiveMinimum = 0, Maximum = 1)]
    public NumberList Anchors { get; init; } = [0.1, 0.1, 0.3, 0.3, 0.6, 0.6];

    /// <value>voc: names of the classes, separated by commas; null for those of the files.</value>
    [JobField("Names of the classes, separated by commas. Sites that train one model on files of their own need it.", DefaultInWords = "those that the files name")]
    [AppliesWhen("data.name", "voc")]
    public string? Classes { get; init; }
}
