using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;
using Federated.Engine.Translating;
using static TorchSharp.torch;

namespace Federated.Engine.Predicting;

/// <summary>Translations.</summary>
/// <param name="source">How sources are read.</param>
/// <param name="target">How targets are read.</param>
/// <param name="sourceLength">Symbols of a source.</param>
/// <param name="beam">How they are searched for.</param>
internal sealed class TranslationPredictor(SymbolText source, SymbolText target, int sourceLength, BeamSpec beam) : BatchPredictor
{
    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var translations = BeamSearch.Translate(replica.Translator!, batch.Input.to_type(ScalarType.Int64), beam);
        Span<float> features = batch.Input.Floats(), references = batch.Target.Floats();
        var (width, length, predictions) = (features.Length / batch.Count, references.Length / batch.Count, ImmutableArray.CreateBuilder<Prediction>(batch.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            var reference = judged ? target.Decode(TranslationObjective.Tokens(references.Slice(i * length, length))) : null;
            predictions.Add(new TranslationPrediction(source.Decode(features.Slice(i * width, sourceLength)), reference, target.Decode(translations[i])));
        }
        return predictions.MoveToImmutable();
    }

    /// <summary>Features of a sentence that a user brought, of which the target part is only its begin.</summary>
    /// <param name="sentence">In the source's language.</param>
    /// <param name="width">Symbols of an example.</param>
    /// <exception cref="EngineException">It is empty or too long.</exception>
    public float[] Read(string sentence, int width)
    {
        var symbols = string.IsNullOrWhiteSpace(sentence) ? [] : source.Encode(sentence);
        if (symbols.Length == 0 || symbols.Length > sourceLength)
            throw new EngineException($"The sentence has {symbols.Length} tokens, and the model reads 1 to {sourceLength} (data.pairs.source_length).");
        var features = new float[width];
        for (var i = 0; i < symbols.Length; i++) features[i] = symbols[i];
        features[sourceLength] = PairSymbols.Begin;
        return features;
    }
}
