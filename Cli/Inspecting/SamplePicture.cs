using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Federated.Core.Models;
using Federated.Engine.Data;

namespace Federated.Cli.Inspecting;

/// <summary>One example as text: an image in shades, numbers as they are.</summary>
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
        else text.Append("  ").Append(Numbers(features)).Append('\n');
        return text.ToString();
    }

    private static string Target(DataShape shape, float[] target)
    {
        if (shape.Objective != Objective.Classification) return $"target {Numbers(target)}";
        var label = (int)target[0];
        return $"class {label.ToString(CultureInfo.InvariantCulture)}{(label < shape.ClassNames.Length ? $", {shape.ClassNames[label]}" : "")}";
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
