using System.Collections.Immutable;
using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>What is learnt from the data.</summary>
public enum Objective
{
    /// <summary>One class of several.</summary>
    Classification,

    /// <summary>Numbers.</summary>
    Regression,

    /// <summary>The next token at every position.</summary>
    LanguageModel,

    /// <summary>A sentence of another language.</summary>
    Translation,

    /// <summary>Whether a user takes an item.</summary>
    Recommendation,

    /// <summary>Boxes of objects and their classes.</summary>
    Detection,
}

/// <summary>What data gives to a model and wants of it: all that planning needs to know. Shapes are without the batch dimension.</summary>
/// <param name="Objective">What is learnt.</param>
/// <param name="Input">Shape of one example: [features], [T, features] for series, [C, H, W] for images, [T] for tokens.</param>
/// <param name="Output">Shape that the last layer must give: [classes], [values], [T, vocabulary] ...</param>
public sealed record DataShape(Objective Objective, ImmutableArray<int> Input, ImmutableArray<int> Output)
{
    /// <summary>Sizes of the vocabularies that the input's values are indices into: empty for numbers, one for text, two for sentence pairs (source, target) and
    /// for ratings (users, items). An index 0 is padding in text.</summary>
    public ImmutableArray<int> Vocabularies { get; init; } = [];

    /// <summary>Of sentence pairs: how many of the input's symbols are the source's, before the target's; 0 for everything else.</summary>
    public int SourceLength { get; init; }

    /// <summary>Names of the classes in the order of their indices; empty where they have none but their numbers.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>Detection: width and height in turn of the boxes that a cell starts from, as fractions of the image's; else empty.</summary>
    public ImmutableArray<double> Anchors { get; init; } = [];

    /// <summary>Features, by index, that are 0 or 1 by their making (one-hot categories, indicators): normalize leaves them as they are.</summary>
    public ImmutableArray<int> Flags { get; init; } = [];

    /// <summary>The forecasts that a model of series is compared with, whose first feature is the past of what it predicts; null for everything else.</summary>
    public NaiveForecast? Naive { get; init; }

    /// <summary>Texts of the symbols of each vocabulary, in the order of their indices, for showing them; empty where they are not known.</summary>
    public ImmutableArray<ImmutableArray<string>> SymbolNames { get; init; } = [];

    /// <summary>The classes of a classification; 0 for everything else.</summary>
    public int Classes => Objective == Objective.Classification ? Output[0] : 0;

    /// <summary>Values that one example's target has: 1 for the index of a class, the outputs for regression, a token a position for text.</summary>
    public int TargetWidth => Objective switch
    {
        Objective.LanguageModel or Objective.Translation => Output[0],
        Objective.Classification or Objective.Recommendation => 1,
        Objective.Detection => 0,   // as many boxes as the fullest image of the set has
        _ => Output.Aggregate(1, (product, size) => product * size),
    };

    /// <summary>Classification of numbers.</summary>
    /// <param name="input">Shape of one example.</param>
    /// <param name="classes">At least 1.</param>
    public static DataShape ForClasses(ImmutableArray<int> input, int classes) => new(Objective.Classification, input, [classes]);

    /// <summary>Regression from numbers to numbers.</summary>
    /// <param name="input">Shape of one example.</param>
    /// <param name="values">Numbers to predict, at least 1.</param>
    public static DataShape ForNumbers(ImmutableArray<int> input, int values = 1) => new(Objective.Regression, input, [values]);

    /// <summary>Pairs of a user and an item: whether the one takes the other, or the rating.</summary>
    /// <param name="feedback">What ratings mean.</param>
    /// <param name="users">At least 1.</param>
    /// <param name="items">At least 1.</param>
    public static DataShape ForRatings(Feedback feedback, int users, int items) =>
        new(feedback == Feedback.Implicit ? Objective.Recommendation : Objective.Regression, [2], [1]) { Vocabularies = [users, items] };

    /// <summary>Images in which objects are found: for each anchor of a cell the box's four values, whether there is one, and a score a class, shape
    /// [anchors * (5 + classes), H / stride, W / stride].</summary>
    /// <param name="image">Size.</param>
    /// <param name="detection">Grid and anchors, without fault.</param>
    /// <param name="classes">Names of the classes, at least one.</param>
    public static DataShape ForBoxes(ImageSpec image, DetectionSpec detection, ImmutableArray<string> classes)
    {
        var anchors = detection.Anchors.Values;
        return new(Objective.Detection, [image.Color == ImageColor.Grey ? 1 : 3, image.Height, image.Width],
            [anchors.Length / 2 * (5 + classes.Length), image.Height / detection.Stride, image.Width / detection.Stride])
        { ClassNames = classes, Anchors = anchors };
    }

    /// <summary>Why an image has no such grid, in a sentence; null where it has.</summary>
    public static string? BoxesFault(ImageSpec image, DetectionSpec detection)
    {
        var (stride, anchors) = (detection.Stride, detection.Anchors.Values);
        if (stride < 1 || (stride & (stride - 1)) != 0 || image.Width % stride != 0 || image.Height % stride != 0)
            return $"data.detection.stride is {stride} and must be a power of 2 that divides data.image's width {image.Width} and height {image.Height}.";
        return anchors.Length == 0 || anchors.Length % 2 != 0 || anchors.Any(side => !(side > 0))
            ? $"data.detection.anchors has {anchors.Length} numbers and needs a width and a height for each anchor, all above 0." : null;
    }

    /// <summary>Translation: source tokens, then the target's shifted right by its begin symbol, to the target's.</summary>
    /// <param name="source">Longest source, in tokens.</param>
    /// <param name="target">Longest target with its end symbol, in tokens.</param>
    /// <param name="sourceVocabulary">Symbols of the source language.</param>
    /// <param name="targetVocabulary">Symbols of the target language.</param>
    public static DataShape ForPairs(int source, int target, int sourceVocabulary, int targetVocabulary) =>
        new(Objective.Translation, [source + target], [target, targetVocabulary]) { Vocabularies = [sourceVocabulary, targetVocabulary], SourceLength = source };
}
