using Federated.Core.Metrics;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>Tokens that follow those before them: what a language model and a translator by teacher forcing have in common. Scores are [batch, T, symbols], targets the index of each next
/// token, [batch, T]; padding, 0, is not predicted.</summary>
internal static class NextTokens
{
    private const int Padding = 0;

    /// <summary>Mean cross-entropy over tokens, how many they are, and of how many the likeliest symbol is right.</summary>
    /// <param name="scores">The model's.</param>
    /// <param name="batch">Has at least one token to predict.</param>
    /// <param name="smoothing">Share of a token's weight that all symbols get evenly.</param>
    public static Scored Score(Tensor scores, Batch batch, double smoothing = 0)
    {
        var next = batch.Target.to(scores.device).to_type(ScalarType.Int64).view(-1);
        var flat = scores.view(next.shape[0], -1);
        var counts = next != Padding;
        var predictions = counts.sum().item<long>();
        if (predictions == 0) throw new InvalidOperationException("A batch of text has no token to predict.");
        var correct = ((flat.detach().argmax(1) == next) & counts).sum().item<long>();
        return new(F.cross_entropy(flat, next, ignore_index: Padding, label_smoothing: smoothing), predictions, correct);
    }

    /// <summary>Counts the tokens that are predicted, over which perplexity is the mean.</summary>
    public static void Tally(Batch batch, TallyBook tallies) => tallies.Add(TallyNames.Tokens, 0, (batch.Target != Padding).sum().item<long>());
}
