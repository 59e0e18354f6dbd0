using System.Collections.Immutable;

namespace Federated.Engine.Predicting;

/// <summary>What a model says of one example, beside what is right where that is known. Immutable.</summary>
public abstract record Prediction
{
    /// <summary>The example's index in its set; null for one that the user brought.</summary>
    public int? Example { get; init; }
}

/// <summary>One class of several.</summary>
/// <param name="Text">What the model was given, where that is text, as far as it was read; null for everything else.</param>
/// <param name="Actual">The true class; null where it is not known.</param>
/// <param name="Predicted">The class with the largest probability, of equal ones the first.</param>
/// <param name="Probabilities">Of every class. A model that learnt by a squared error and does not end with softmax gives its outputs, which are no probabilities.</param>
public sealed record ClassPrediction(string? Text, int? Actual, int Predicted, ImmutableArray<float> Probabilities) : Prediction;

/// <summary>Numbers: of a regression one, of a series as many as are forecast.</summary>
/// <param name="Text">As of <see cref="ClassPrediction"/>.</param>
/// <param name="Targets">What is right; empty where it is not known.</param>
/// <param name="Values">What the model says.</param>
public sealed record NumberPrediction(string? Text, ImmutableArray<float> Targets, ImmutableArray<float> Values) : Prediction;

/// <summary>A rating.</summary>
/// <param name="User">Who rates, by id.</param>
/// <param name="Item">What.</param>
/// <param name="Target">The user's rating.</param>
/// <param name="Value">What the model says.</param>
public sealed record RatingPrediction(string User, string Item, float Target, float Value) : Prediction;

/// <summary>The next symbol at every position of a text, each after the right ones before it.</summary>
/// <param name="Text">The right symbols.</param>
/// <param name="Predicted">The likeliest symbol at each of these positions.</param>
/// <param name="Symbols">How many they are.</param>
/// <param name="Correct">How many of the predicted are right.</param>
public sealed record TextPrediction(string Text, string Predicted, int Symbols, int Correct) : Prediction;

/// <summary>A sentence of another language.</summary>
/// <param name="Source">What was translated, as the model reads it: symbols that it does not know are shown as such.</param>
/// <param name="Reference">A translation by people, likewise; null where there is none.</param>
/// <param name="Translation">The model's.</param>
public sealed record TranslationPrediction(string Source, string? Reference, string Translation) : Prediction;

/// <summary>What a user might take next.</summary>
/// <param name="User">Who, by id.</param>
/// <param name="Item">By id or, where the set has it, title: what the user took in fact and the model was not trained on; null where that is not known.</param>
/// <param name="Rank">The item's place, from 1, among the candidates that the model is measured with; null without an item.</param>
/// <param name="Top">The likeliest items among all that the user did not take in the training data, the likeliest first.</param>
public sealed record RankingPrediction(string User, string? Item, int? Rank, ImmutableArray<RankedItem> Top) : Prediction;

/// <summary>An item that a user might take.</summary>
/// <param name="Item">Which.</param>
/// <param name="Probability">That the user takes it, as the model has learnt it from pairs taken and drawn.</param>
public sealed record RankedItem(string Item, float Probability);

/// <summary>Objects in an image.</summary>
/// <param name="Objects">Those that are there; empty where that is not known.</param>
/// <param name="Found">Those that the model finds with a confidence of at least 0.01, after non-maximum suppression, the surest first.</param>
public sealed record BoxPrediction(ImmutableArray<FoundBox> Objects, ImmutableArray<FoundBox> Found) : Prediction;

/// <summary>An object in an image. Numbers are fractions of the image's width or height.</summary>
/// <param name="Kind">Index of its class.</param>
/// <param name="Confidence">1 for an object that is there.</param>
/// <param name="X">Its middle, from the left.</param>
/// <param name="Y">Its middle, from the top.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
public sealed record FoundBox(int Kind, float Confidence, float X, float Y, float Width, float Height);
