using Federated.Core.Metrics;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Objectives;

/// <summary>The next token at every position: mean cross-entropy over tokens, of which the exponential is the perplexity. Shapes and padding are those of <see cref="NextTokens"/>.</summary>
internal sealed class LanguageModelObjective : LearningObjective
{
    public override bool TakesScores => true;

    public override Scored Score(Tensor scores, Batch batch) => NextTokens.Score(scores, batch);

    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies) => NextTokens.Tally(batch, tallies);
}
