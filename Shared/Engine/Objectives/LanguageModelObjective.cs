using Federated.Core.Metrics;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>The next token at every position: mean cross-entropy over tokens, of which the exponential is the perplexity. A batch's scores are [batch, T, symbols], its target the index of
/// each next token, [batch, T]; padding, 0, is not predicted.</summary>
internal sealed class LanguageModelObjective : LearningObjective
{
    private const int Padding = 0;

    public override bool TakesScores => true;

    public override Scored Score(Tensor scores, Batch batch)
    {
        var next = batch.Target.to(scores.device).to_type(ScalarType.Int64).view(-1);
        var flat = scores.view(next.shape[0], -1);
        var counts = next != Padding;
        var predictions = counts.sum().item<long>();
        if (predictions == 0) throw new InvalidOperationException("A batch of text has no token to predict.");
        var correct = ((flat.detach().argmax(1) == next) & counts).sum().item<long>();
        return new(F.cross_entropy(flat, next, ignore_index: Padding), predictions, correct);
    }

    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies) =>
        tallies.Add(TallyNames.Tokens, 0, (batch.Target != Padding).sum().item<long>());
}
