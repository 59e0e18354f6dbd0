using System.Collections.Immutable;

namespace Federated.Benchmarks.Results;

/// <summary>One line of the results page: an example job and what it should reach.</summary>
/// <param name="Task">What is learnt, for people.</param>
/// <param name="Job">The file below examples/, without .yaml.</param>
/// <param name="Figure">The figure's name in summary.json.</param>
/// <param name="Target">What it should reach; null where the page only tells.</param>
/// <param name="LowerIsBetter">For errors and perplexity.</param>
/// <param name="ByClient">Whether the figure is told for each client as well.</param>
/// <param name="Translations">Whether the page shows what both models translate.</param>
/// <param name="Central">Values put over the job for central training besides those that every central run has; null for none.</param>
/// <param name="Note">What the page says of the row; null for nothing.</param>
/// <param name="Beside">Another row's job, whose value of the same figure and time the page sets beside this one's; null for none.</param>
internal sealed record ResultRow(string Task, string Job, string Figure, double? Target, bool LowerIsBetter = false, bool ByClient = false, bool Translations = false,
    string[]? Central = null, string? Note = null, string? Beside = null)
{
    /// <summary>Every row, in the order of the page.</summary>
    public static ImmutableArray<ResultRow> All { get; } =
    [
        new("images", "fashion-keras-cnn", "accuracy", 0.88),
        new("images", "mnist-mcmahan-cnn", "accuracy", 0.99),
        new("medical images", "pneumonia-cnn", "auroc", 0.95, Note: "Of a part of the set: 2698 pictures to train on, 468 to test on."),
        new("medical table", "heart-logistic", "accuracy", null, ByClient: true,
            Note: "The test set has 220 patients, one of which is 0.45 points: [data.md](data.md#heart-disease-heart-disease) has the means over ten seeds. AUROC is not defined where a hospital's test patients are all ill."),
        new("medical table", "heart-mlp", "accuracy", null, ByClient: true),
        new("text, characters", "shakespeare-char-lstm", "accuracy", 0.50),
        new("language model", "shakespeare-gpt-mini", "perplexity", null, LowerIsBetter: true, Beside: "shakespeare-char-lstm"),
        new("sentiment", "sentiment-gru", "accuracy", 0.78),
        new("sentiment", "sentiment-transformer", "accuracy", 0.78),
        new("translation", "tatoeba-seq2seq", "bleu", null, Translations: true),
        new("recommendation", "movielens-neumf", "hit_rate_10", 0.60,
            Central: ["model.layers=[{neumf: {factors: 8, hidden: 2, deviation: 0.01}}]", "training.optimizer={name: adam, learning_rate: 0.001}", "training.batch_size=256", "federation.rounds=10", "evaluation.every=10"],
            Note: "0.60 is what the model reaches with all ratings in one place, at its best epoch: larger models and weight decay reached no more. A client moves its user's vector and those of its films "
                + "by a few dozen ratings a round, and one user in nineteen takes part in a round. 1000 rounds, a server rate that falls (linear, cosine), fedadam with a fifth of the users: all below this row."),
        new("detection", "bccd-detector", "map_50", 0.60),
        new("time series", "series-lstm", "rmse", null, LowerIsBetter: true),
        new("time series", "series-gru", "rmse", null, LowerIsBetter: true),
        new("time series", "series-rnn", "rmse", null, LowerIsBetter: true),
    ];
}
