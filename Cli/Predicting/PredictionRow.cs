using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Models;
using Federated.Engine.Predicting;

namespace Federated.Cli.Predicting;

/// <summary>A box for programs.</summary>
/// <param name="Class">Its class.</param>
/// <param name="Confidence">How sure the model is; null for a true one.</param>
/// <param name="X">Its middle from the left, as a fraction of the image's width.</param>
/// <param name="Y">Its middle from the top, as a fraction of the image's height.</param>
/// <param name="Width">As a fraction.</param>
/// <param name="Height">As a fraction.</param>
internal sealed record BoxRecord(string Class, float? Confidence, float X, float Y, float Width, float Height);

/// <summary>A prediction as named values, in the order of their columns: texts, numbers, and lists of items or boxes. What is not known is left out.</summary>
internal static class PredictionRow
{
    /// <param name="prediction">What the model says.</param>
    /// <param name="shape">Names the classes.</param>
    public static OrderedDictionary<string, object> Of(Prediction prediction, DataShape shape)
    {
        var row = new OrderedDictionary<string, object>();
        Add(row, "example", prediction.Example);
        switch (prediction)
        {
            case ClassPrediction one:
                Add(row, "text", one.Text);
                Add(row, "actual", one.Actual is { } actual ? NameOf(actual, shape) : null);
                Add(row, "predicted", NameOf(one.Predicted, shape));
                Add(row, "probability", one.Probabilities[one.Predicted]);
                if (one.Probabilities.Length == 2) Add(row, "score", one.Probabilities[1]);
                break;
            case NumberPrediction one:
                Add(row, "text", one.Text);
                AddNumbers(row, "target", one.Targets);
                AddNumbers(row, "prediction", one.Values);
                break;
            case RatingPrediction one:
                Add(row, "user", one.User);
                Add(row, "item", one.Item);
                Add(row, "target", one.Target);
                Add(row, "prediction", one.Value);
                break;
            case TextPrediction one:
                Add(row, "text", one.Text);
                Add(row, "predicted", one.Predicted);
                Add(row, "symbols", one.Symbols);
                Add(row, "correct", one.Correct);
                break;
            case TranslationPrediction one:
                Add(row, "source", one.Source);
                Add(row, "reference", one.Reference);
                Add(row, "translation", one.Translation);
                break;
            case RankingPrediction one:
                Add(row, "user", one.User);
                Add(row, "item", one.Item);
                Add(row, "rank", one.Rank);
                Add(row, "top", one.Top);
                break;
            case BoxPrediction one:
                if (one.Example is not null) Add(row, "objects", Boxes(one.Objects, shape, isTrue: true));
                Add(row, "found", Boxes(one.Found, shape, isTrue: false));
                break;
            default:
                throw new ArgumentException($"{prediction.GetType()} has no columns.", nameof(prediction));
        }
        return row;
    }

    private static void Add(OrderedDictionary<string, object> row, string name, object? value)
    {
        if (value is not null) row.Add(name, value);
    }

    private static void AddNumbers(OrderedDictionary<string, object> row, string name, ImmutableArray<float> values)
    {
        for (var i = 0; i < values.Length; i++) row.Add(values.Length == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{i + 1}"), values[i]);
    }

    private static string NameOf(int index, DataShape shape) => index < shape.ClassNames.Length ? shape.ClassNames[index] : index.ToString(CultureInfo.InvariantCulture);

    private static ImmutableArray<BoxRecord> Boxes(ImmutableArray<FoundBox> boxes, DataShape shape, bool isTrue) =>
        [.. boxes.Select(box => new BoxRecord(NameOf(box.Kind, shape), isTrue ? null : box.Confidence, box.X, box.Y, box.Width, box.Height))];
}
