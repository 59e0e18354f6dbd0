using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Engine.Models;
using Federated.Engine.Training;
using Federated.Engine.Translating;
using static TorchSharp.torch;

namespace Federated.Engine.Objectives;

/// <summary>A sentence of another language, learnt by teacher forcing: mean cross-entropy over the target's tokens and its end, given those before. A batch's scores are
/// [batch, T, target vocabulary], its target [batch, T]; padding, 0, is not predicted. Hits are tokens that would be right after a right beginning. BLEU is of translations that the model writes by itself.</summary>
/// <param name="smoothing">In training: share of a token's weight that all symbols get evenly (Vaswani et al. 2017, section 5.4).</param>
internal sealed class TranslationObjective(double smoothing) : LearningObjective
{
    public override bool TakesScores => true;

    public override bool Writes => true;

    public override Scored Score(Tensor scores, Batch batch) => NextTokens.Score(scores, batch);

    public override Scored Train(Tensor scores, Batch batch, float[]? classWeights) => NextTokens.Score(scores, batch, smoothing);

    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies) => NextTokens.Tally(batch, tallies);

    public override void Write(ModelReplica replica, Batch batch, BeamSpec beam, TallyBook tallies)
    {
        var translations = BeamSearch.Translate(replica.Translator!, batch.Input.to(replica.Parameters.Device).to_type(ScalarType.Int64), beam);
        var references = batch.Target.Floats();
        var length = (int)batch.Target.shape[1];
        for (var i = 0; i < translations.Length; i++)
        {
            Bleu.Add(translations[i].AsSpan(), Tokens(references.Slice(i * length, length)), PairSymbols.Unknown, tallies);
        }
    }

    /// <summary>A target's tokens, without its end and what fills it up.</summary>
    internal static int[] Tokens(ReadOnlySpan<float> target) => [.. target[..target.IndexOf(PairSymbols.End)].ToArray().Select(token => (int)token)];
}
