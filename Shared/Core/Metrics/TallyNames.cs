namespace Federated.Core.Metrics;

/// <summary>The tallies that there are, and how the indices of each are read.</summary>
public static class TallyNames
{
    /// <summary>Counts of examples at actual class * classes + predicted class; an entry of 0 at classes * classes tells the number of classes.</summary>
    public const string Confusion = "confusion";

    /// <summary>0: examples whose class is among the 5 with the largest scores; 1: examples. Only of more than 5 classes.</summary>
    public const string TopFive = "top5";

    /// <summary>Two classes: counts of examples at 2 * <see cref="ScoreBucket"/> + actual class, by how much more the second class scored than the first.</summary>
    public const string Scores = "scores";

    /// <summary>Over all outputs of all examples, with e = prediction - y: 0: their number, 1: sum of |e|, 2: of e², 3: of y, 4: of y².</summary>
    public const string Regression = "regression";

    /// <summary>Series: 0: values that were predicted, 1: sum of squared errors of the last value as their forecast; where there is a season, 2 and 3: the same of the
    /// value of a season before.</summary>
    public const string Naive = "naive";

    /// <summary>0: predicted tokens. Says that the loss is the mean cross-entropy of a token, in nats.</summary>
    public const string Tokens = "tokens";

    /// <summary>At 0 the users, at 1 those whose held-out item is among the first ten, at 2 the sum of 1 / log2(rank + 1) over these.</summary>
    public const string Ranking = "ranking";

    /// <summary>Objects, and right and wrong detections by score, as <see cref="DetectionTally"/> lays them out.</summary>
    public const string Detections = "detections";

    /// <summary>0 to 3: n-grams of translations that match, for n of 1 to 4; 4 to 7: n-grams of translations; 8: tokens of translations; 9: of references. See <see cref="Metrics.Bleu"/>.</summary>
    public const string Bleu = "bleu";

    /// <summary>A simulated attack's trigger: 0: test examples of other classes that it turns into the attacker's class; 1: all of other classes.</summary>
    public const string Backdoor = "backdoor";
}
