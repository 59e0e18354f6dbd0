using System.Collections.Immutable;

namespace Federated.Benchmarks.Results;

/// <summary>One line of the results page: an example job and what it should reach.</summary>
/// <param name="Task">What is learnt, for people.</param>
/// <param name="Job">The file below examples/, without .yaml.</param>
/// <param name="Figure">The figure's name in summary.json.</param>
/// <param name="Target">What it should reach; null where the page only tells.</param>
/// <param name="LowerIsBetter">For errors and perplexity.</param>
internal sealed record ResultRow(string Task, string Job, string Figure, double? Target, bool LowerIsBetter = false)
{
    /// <summary>Every row, in the order of the page.</summary>
    public static ImmutableArray<ResultRow> All { get; } =
    [
        new("images", "fashion-keras-cnn", "accuracy", 0.88),
        new("images", "mnist-mcmahan-cnn", "accuracy", 0.99),
        new("medical images", "pneumonia-cnn", "auroc", 0.95),
        new("medical table", "heart-logistic", "accuracy", null),
        new("medical table", "heart-mlp", "accuracy", null),
        new("text, characters", "shakespeare-char-lstm", "accuracy", 0.50),
        new("language model", "shakespeare-gpt-mini", "perplexity", null, LowerIsBetter: true),
        new("sentiment", "sentiment-gru", "accuracy", 0.78),
        new("sentiment", "sentiment-transformer", "accuracy", 0.78),
        new("translation", "tatoeba-seq2seq", "bleu", null),
        new("recommendation", "movielens-neumf", "hit_rate_10", 0.60),
        new("detection", "bccd-detector", "map_50", 0.60),
        new("time series", "series-lstm", "rmse", null, LowerIsBetter: true),
        new("time series", "series-gru", "rmse", null, LowerIsBetter: true),
        new("time series", "series-rnn", "rmse", null, LowerIsBetter: true),
    ];
}
