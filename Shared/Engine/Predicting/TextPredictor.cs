using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Predicting;

/// <summary>The next symbol of texts.</summary>
/// <param name="text">How symbols are read.</param>
internal sealed class TextPredictor(SymbolText text) : BatchPredictor
{
    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var outputs = Outputs(replica, batch.Input);
        var (targets, length) = (batch.Target.Floats().ToArray(), (int)batch.Input.shape[1]);
        var (vocabulary, predictions) = (outputs.Length / batch.Count / length, ImmutableArray.CreateBuilder<Prediction>(batch.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            var (right, likeliest) = (new List<int>(length), new List<int>(length));
            for (var place = i * length; place < (i + 1) * length; place++)
            {
                if (targets[place] == PairSymbols.Padding) continue;
                right.Add((int)targets[place]);
                likeliest.Add(ClassificationObjective.Largest(outputs.AsSpan(place * vocabulary, vocabulary)));
            }
            predictions.Add(new TextPrediction(text.Decode(right), text.Decode(likeliest), right.Count, right.Zip(likeliest).Count(pair => pair.First == pair.Second)));
        }
        return predictions.MoveToImmutable();
    }

    /// <summary>Continues a text symbol by symbol. The model sees as many of the last symbols as its windows have; padding and the unknown symbol are not written.</summary>
    /// <param name="replica">The model.</param>
    /// <param name="prompt">What comes before; at least one symbol.</param>
    /// <param name="length">Symbols to write.</param>
    /// <param name="temperature">0 takes the likeliest symbol each time; above, one is drawn from softmax(scores / temperature).</param>
    /// <param name="draws">Where from.</param>
    /// <param name="cancellation">Checked before each symbol.</param>
    /// <returns>Prompt and continuation.</returns>
    public string Continue(ModelReplica replica, string prompt, int length, double temperature, RandomStream draws, CancellationToken cancellation)
    {
        var window = replica.Plan.Data.Input[0];
        var symbols = text.Encode(prompt).ToList();
        if (symbols.Count == 0) throw new EngineException("A language model continues a text, and this one is empty: give it a symbol at least.");
        for (var end = symbols.Count + length; symbols.Count < end;)
        {
            cancellation.ThrowIfCancellationRequested();
            symbols.Add(Next(replica, symbols[Math.Max(0, symbols.Count - window)..], window, temperature, draws));
        }
        return text.Decode(symbols);
    }

    private static int Next(ModelReplica replica, List<int> seen, int window, double temperature, RandomStream draws)
    {
        using var disposal = NewDisposeScope();
        var input = zeros(1, window, float32);
        var values = input.Floats();
        for (var i = 0; i < seen.Count; i++) values[i] = seen[i];
        var outputs = Outputs(replica, input);
        var scores = outputs.AsSpan((seen.Count - 1) * (outputs.Length / window), outputs.Length / window);
        scores[..TextSets.Reserved].Fill(float.NegativeInfinity);
        return temperature == 0 ? ClassificationObjective.Largest(scores) : Likelihood.Draw(Likelihood.Softmax(scores, temperature), draws);
    }
}
