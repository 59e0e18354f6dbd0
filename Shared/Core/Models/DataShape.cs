using System.Collections.Immutable;

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

    /// <summary>Names of the classes in the order of their indices; empty where they have none but their numbers.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>The classes of a classification; 0 for everything else.</summary>
    public int Classes => Objective == Objective.Classification ? Output[0] : 0;

    /// <summary>Values that one example's target has: 1 for the index of a class, the outputs for regression, a token a position for text.</summary>
    public int TargetWidth => Objective switch
    {
        Objective.LanguageModel or Objective.Translation => Output[0],
        Objective.Classification or Objective.Recommendation => 1,
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
}
