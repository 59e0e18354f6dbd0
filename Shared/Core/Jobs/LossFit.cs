using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Core.Jobs;

/// <summary>Which losses suit what is learnt.</summary>
public static class LossFit
{
    /// <summary>The losses that a job may choose, the data's own first; none where the objective has its own and no other.</summary>
    public static ImmutableArray<Loss> Possible(Objective objective) => objective switch
    {
        Objective.Classification => [Loss.CrossEntropy, Loss.Mse],
        Objective.Regression => [Loss.Mse, Loss.Mae, Loss.Huber],
        Objective.LanguageModel or Objective.Translation => [Loss.CrossEntropy],
        _ => [],
    };

    /// <summary>The loss in effect: the one asked for, or the data's own; null where the objective has its own and no other.</summary>
    /// <param name="asked">What the job says, if anything.</param>
    /// <param name="objective">What is learnt.</param>
    public static Loss? Of(Loss? asked, Objective objective) => asked ?? (Possible(objective) is [var own, ..] ? own : null);
}
