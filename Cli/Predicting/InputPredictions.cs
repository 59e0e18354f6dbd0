using System.Collections.Immutable;
using System.Text;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Engine.Predicting;

namespace Federated.Cli.Predicting;

/// <summary>What the user brings with --input: a text or a file of texts, or a picture.</summary>
internal static class InputPredictions
{
    /// <summary>Predicts a picture for models of images; else the text, or each line of the file, that <paramref name="input"/> is.</summary>
    /// <exception cref="CommandException">There is no such picture.</exception>
    /// <exception cref="Engine.EngineException">The model takes nothing like it.</exception>
    public static async Task<ImmutableArray<Prediction>> OfAsync(Predictor predictor, string input, CommandEnvironment environment)
    {
        var path = environment.PathOf(input);
        if (predictor.Shape.Input.Length == 3)
            return File.Exists(path) ? [predictor.PredictPicture(path)] : throw new CommandException(ExitCodes.Usage, $"--input {input}: there is no such picture.", remedy: "");
        if (!File.Exists(path)) return [predictor.PredictText(input)];
        var lines = await File.ReadAllLinesAsync(path, Encoding.UTF8);
        return [.. lines.Where(line => !string.IsNullOrWhiteSpace(line)).Select(predictor.PredictText)];
    }

    /// <summary>The text itself, or what is in the file of this name.</summary>
    public static async Task<string> TextOfAsync(string input, CommandEnvironment environment) =>
        environment.PathOf(input) is var path && File.Exists(path) ? await File.ReadAllTextAsync(path, Encoding.UTF8) : input;
}
