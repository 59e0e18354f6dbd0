using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Models;

namespace Federated.Core.Metrics;

/// <summary>What a run learns, as far as figures need to know it.</summary>
/// <param name="Objective">What is learnt.</param>
/// <param name="Classes">A classification or detection of at most <see cref="MostClasses"/> classes: their names in the order of their indices. Else empty.</param>
public sealed record Goal(Objective Objective, ImmutableArray<string> Classes)
{
    /// <summary>With more classes there are no figures of single classes and no confusion matrix.</summary>
    public const int MostClasses = 32;

    /// <summary>Most characters of a class's name. They are in each report several times.</summary>
    public const int LongestName = 64;

    /// <value>The figures that people look at first, of those that there may be: <c>accuracy</c> where hits have a meaning, then the objective's own.</value>
    public ImmutableArray<string> Headline => Objective switch
    {
        Objective.Classification when Classes.Length == 2 => [Figures.Accuracy, "auroc"],
        Objective.Classification => [Figures.Accuracy],
        Objective.Regression => ["rmse"],
        Objective.LanguageModel => [Figures.Accuracy, "perplexity"],
        Objective.Translation => [Figures.Accuracy, "bleu"],
        Objective.Recommendation => [Figures.Accuracy, "hit_rate_10"],
        Objective.Detection => ["map_50"],
        _ => throw new InvalidOperationException($"{Objective} is not a known objective."),
    };

    /// <summary>What data asks for. Classes without names, or with one that is too long or cannot be printed, go by their indices.</summary>
    public static Goal Of(DataShape data)
    {
        var count = data.Objective == Objective.Detection ? data.ClassNames.Length : data.Classes;
        if (count is 0 or > MostClasses) return new(data.Objective, []);
        var named = data.ClassNames.Length == count && data.ClassNames.All(IsName) && data.ClassNames.Distinct(StringComparer.Ordinal).Count() == data.Classes;
        return new(data.Objective, named ? data.ClassNames : [.. Enumerable.Range(0, count).Select(index => index.ToString(CultureInfo.InvariantCulture))]);
    }

    /// <summary>Whether a text can be the name of a class.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= LongestName && !text.Any(char.IsControl);

    /// <inheritdoc/>
    public bool Equals(Goal? other) => other is not null && Objective == other.Objective && Classes.SequenceEqual(other.Classes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Objective, Classes.Length);
}
