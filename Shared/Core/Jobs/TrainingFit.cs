using Federated.Core.Jobs.Describing;
using Federated.Core.Models;

namespace Federated.Core.Jobs;

/// <summary>Whether what a job asks of training suits the data. The rules of a job ask it where the data is known beforehand, a worker when it has read it.</summary>
public static class TrainingFit
{
    /// <summary>Everything that does not suit, each as the key and a sentence about it without a full stop.</summary>
    public static IEnumerable<(string Path, string Message)> Check(TrainingSpec training, DataShape data) =>
        [.. LossErrors(training, data.Objective, data.Classes), .. AugmentationErrors(training.Augmentation, data)];

    /// <summary>What is wrong with the loss and its options for an objective.</summary>
    /// <param name="training">What the job asks for.</param>
    /// <param name="objective">What is learnt.</param>
    /// <param name="classes">Classes; 0 where there are none, or where their number is not known yet.</param>
    public static IEnumerable<(string Path, string Message)> LossErrors(TrainingSpec training, Objective objective, int classes)
    {
        if (training.Loss is { } loss && !LossFit.Possible(objective).Contains(loss))
            yield return ("training.loss", Refusal(loss, objective));
        if (objective == Objective.Classification)
        {
            if (training.ClassWeights is { } weights && classes > 0 && weights.Values.Length != classes)
                yield return ("training.class_weights", $"has {weights.Values.Length} weights and the data set {classes} classes: give one a class");
            yield break;
        }
        if (training.LabelSmoothing > 0 && objective != Objective.Translation) yield return ("training.label_smoothing", OnlyClasses(objective));
        if (training.ClassWeights is not null) yield return ("training.class_weights", OnlyClasses(objective));
        if (training.BalanceClasses) yield return ("training.balance_classes", OnlyClasses(objective));
    }

    private static IEnumerable<(string Path, string Message)> AugmentationErrors(AugmentationSpec spec, DataShape data)
    {
        var (symbols, rank) = (!data.Vocabularies.IsEmpty, data.Input.Length);
        var single = data.Objective is Objective.Classification or Objective.Regression;
        var given = symbols ? "symbols" : rank switch { 1 => "a table", 2 => "series", _ => "images" };
        var image = !symbols && rank == 3;
        var moves = image && !single ? $"moves what the targets of {Name(data.Objective)} point at" : image ? null : $"is for images, and the data set has {given}";
        var numbers = symbols ? $"is for numbers, and the data set has {given}" : null;
        var text = !symbols ? $"is for text, and the data set has {given}"
            : data.Vocabularies.Length > 1 ? $"is for text of one vocabulary, and the data set has {data.Vocabularies.Length}" : null;
        (string Key, bool On, string? Reason)[] changes =
        [
            ("crop_padding", spec.CropPadding > 0, moves),
            ("horizontal_flip", spec.HorizontalFlip, moves),
            ("vertical_flip", spec.VerticalFlip, moves),
            ("rotation", spec.Rotation > 0, moves),
            ("brightness", spec.Brightness > 0, image ? null : moves),
            ("contrast", spec.Contrast > 0, image ? null : moves),
            ("cutout", spec.Cutout > 0, image ? null : moves),
            ("noise", spec.Noise > 0, numbers),
            ("scaling", spec.Scaling > 0, !symbols && rank == 2 ? null : $"is for series, and the data set has {given}"),
            ("unknown_tokens", spec.UnknownTokens > 0, text),
            ("dropped_tokens", spec.DroppedTokens > 0,
                text ?? (single ? null : $"shifts the text against the targets of {Name(data.Objective)}: use unknown_tokens")),
            ("mixup", spec.Mixup > 0, numbers ?? (single ? null : $"mixes one target an example, and {Name(data.Objective)} has others")),
        ];
        return changes.Where(change => change is { On: true, Reason: not null })
            .Select(change => ($"training.augmentation.{change.Key}", $"{change.Reason}; remove it"));
    }

    private static string Refusal(Loss loss, Objective objective)
    {
        var possible = LossFit.Possible(objective).Select(candidate => Words.Of(candidate)).ToList();
        var remedy = possible.Count == 0 ? "remove it" : $"use {Words.List(possible)}, or remove it for {Words.Of(LossFit.Of(null, objective)!)}";
        return $"{Words.Of(loss)} needs {(loss == Loss.CrossEntropy ? "classes" : "numbers as targets")}, and this is {Name(objective)}; {remedy}";
    }

    private static string OnlyClasses(Objective objective) => $"needs one class an example, and this is {Name(objective)}; remove it";

    private static string Name(Objective objective) => Words.Of(objective).Replace('_', ' ');
}
