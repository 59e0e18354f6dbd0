using Federated.Core.Models;
using Federated.V1;
using CoreGoal = Federated.Core.Metrics.Goal;

namespace Federated.Wire.Mapping;

/// <summary>What a run learns, between its wire form and Core's.</summary>
public static class GoalMapping
{
    /// <summary>The wire form.</summary>
    public static Goal ToProto(this CoreGoal goal) => new() { Objective = KindOf(goal.Objective), Classes = { goal.Classes } };

    /// <summary>Reads what a peer sent.</summary>
    /// <param name="sent">The wire form; null where the peer does not say.</param>
    /// <param name="goal">The goal; null where the peer does not say, or something is wrong.</param>
    /// <returns>Null when nothing is wrong; else a sentence that says what.</returns>
    public static string? Read(Goal? sent, out CoreGoal? goal)
    {
        goal = null;
        if (sent is null) return null;
        var known = Enum.GetValues<Objective>().Where(objective => KindOf(objective) == sent.Objective).ToArray();
        if (known.Length == 0) return $"Objective {(int)sent.Objective} is not known here.";
        if (sent.Classes.Count > CoreGoal.MostClasses) return $"{sent.Classes.Count} classes are named; at most {CoreGoal.MostClasses} are allowed.";
        if (!sent.Classes.All(CoreGoal.IsName)) return $"The name of a class is empty, longer than {CoreGoal.LongestName} characters or has a control character.";
        if (sent.Classes.Distinct(StringComparer.Ordinal).Count() < sent.Classes.Count) return "Two classes have the same name.";
        goal = new(known[0], [.. sent.Classes]);
        return null;
    }

    private static ObjectiveKind KindOf(Objective objective) => objective switch
    {
        Objective.Classification => ObjectiveKind.Classification,
        Objective.Regression => ObjectiveKind.Regression,
        Objective.LanguageModel => ObjectiveKind.LanguageModel,
        Objective.Translation => ObjectiveKind.Translation,
        Objective.Recommendation => ObjectiveKind.Recommendation,
        Objective.Detection => ObjectiveKind.Detection,
        _ => throw new ArgumentOutOfRangeException(nameof(objective), objective, null),
    };
}
