using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Federated.Core.Models;
using Federated.Engine.Data;

namespace Federated.Cli.Inspecting;

/// <summary>One example as text: an image in shades with its boxes, symbols as what they stand for, numbers as they are.</summary>
internal static class SamplePicture
{
    private const string Shades = " .:-=+*#%@";
    private const int Width = 56;
    private const int Values = 16;

    /// <param name="shape">Of the data.</param>
    /// <param name="examples">Where from.</param>
    /// <param name="index">Which.</param>
    public static string Draw(DataShape shape, ExampleSet examples, int index)
    {
        var (features, target) = (new float[examples.Width], new float[examples.TargetWidth]);
        examples.CopyFeatures(index, features);
        examples.CopyTarget(index, target);
        var text = new StringBuilder($"example {index.ToString(CultureInfo.InvariantCulture)}: {Target(shape, target)}\n");
        if (shape.Input is [var channels, var height, var width]) Image(text, features, channels, height, width);
        else if (shape.Objective == Objective.Translation)
            text.Append("  source: ").Append(VisibleSymbols.Of(shape, 0, features.AsSpan(0, shape.SourceLength))).Append("\n  target: ").Append(VisibleSymbols.Of(shape, 1, target)).Append('\n');
        else if (shape.Vocabularies.Length == 1) text.Append("  ").Append(VisibleSymbols.Of(shape, 0, features)).Append('\n');
        else if (shape.Vocabularies.Length == 2)
            text.Append(CultureInfo.InvariantCulture, $"  user {VisibleSymbols.Of(shape, 0, features.AsSpan(0, 1))}, item {VisibleSymbols.Of(shape, 1, features.AsSpan(1, 1))}\n");
        else text.Append("  ").Append(Numbers(features)).Append('\n');
        return text.ToString();
    }

    private static string Target(DataShape shape, float[] target) => shape.Objective switch
    {
        Objective.Classification => $"class {Class(shape, target[0])}",
        Objective.LanguageModel => $"then {VisibleSymbols.Last(shape, 0, target)}",
        Objective.Translation => "a sentence pair",
        Objective.Recommendation => target[0] > 0 ? "taken" : "not taken",
        Objective.Detection => Boxes(shape, target),
        _ when shape.Vocabularies.Length == 2 => $"rating {Numbers(target)}",
        _ => $"target {Numbers(target)}",
    };

    private static string Class(DataShape shape, float value)
    {
        var label = (int)value;
        return $"{label.ToString(CultureInfo.InvariantCulture)}{(label < shape.ClassNames.Length ? $", {shape.ClassNames[label]}" : "")}";
    }

    // Class, middle and size of each, as fractions of the picture's; what follows the last one has the class -1. Shown are corners in pixels of the picture as it is drawn.
    private static string Boxes(DataShape shape, float[] target)
    {
        var (width, height) = (shape.Input[2], shape.Input[1]);
        var boxes = target.Chunk(5).TakeWhile(box => box[0] >= 0).Select(box => string.Create(CultureInfo.InvariantCulture,
            $"\n  {shape.ClassNames[(int)box[0]]} from {(box[1] - box[3] / 2) * width:0.#}, {(box[2] - box[4] / 2) * height:0.#} to {(box[1] + box[3] / 2) * width:0.#}, {(box[2] + box[4] / 2) * height:0.#}")).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{boxes.Count} boxes in {width} x {height} pixels{string.Concat(boxes)}");
    }

    // A character is about twice as high as wide: a pixel is two characters, and wide images are shrunk.
    private static void Image(StringBuilder text, float[] values, int channels, int height, int width)
    {
        var step = Math.Max(1, (2 * width + Width - 1) / Width);
        for (var y = 0; y < height; y += step)
        {
            text.Append("  ");
            for (var x = 0; x < width; x += step)
            {
                var mean = 0f;
                for (var c = 0; c < channels; c++) mean += values[(c * height + y) * width + x] / channels;
                text.Append(Shades[Math.Clamp((int)(mean * Shades.Length), 0, Shades.Length - 1)], 2);
            }
            text.Append('\n');
        }
    }

    private static string Numbers(IEnumerable<float> values)
    {
        var all = values.ToImmutableArray();
        var shown = string.Join(", ", all.Take(Values).Select(value => value.ToString("0.####", CultureInfo.InvariantCulture)));
        return all.Length > Values ? string.Create(CultureInfo.InvariantCulture, $"{shown} ... ({all.Length} values)") : shown;
    }
}
