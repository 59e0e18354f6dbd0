using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>The named models for text that are transformers (Vaswani et al. 2017, arXiv:1706.03762), small enough for a processor.</summary>
public static class TransformerModels
{
    /// <summary>Text classification: embeddings of 64 with sinusoidal positions, two blocks of four heads and 128 hidden, the mean over real steps, one dense layer.
    /// 67,072 parameters beside 64 a symbol and 65 a class.</summary>
    public const string Classifier = "transformer-classifier";

    /// <summary>A decoder-only language model after GPT-2 (Radford et al. 2019): embeddings of 128 with trained positions, three causal blocks of four heads and 512 hidden
    /// with gelu, one dense layer to the vocabulary, not tied to the
    /// embeddings. 595,072 parameters beside 257 a symbol and 128 a position.</summary>
    public const string GptMini = "gpt-mini";

    /// <summary>Translation: encoder and decoder of two blocks each, 128 wide, with four heads and 256 hidden, see
    /// <see cref="EncoderDecoderLayer"/>. 663,040 parameters beside 128 a symbol of either vocabulary.</summary>
    public const string Seq2Seq = "transformer-seq2seq";

    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [Classifier, GptMini, Seq2Seq];

    private const int ClassifierSize = 64, GptSize = 128;

    /// <summary>The layers of a named model, or one sentence why it does not fit the data.</summary>
    internal static (ImmutableArray<LayerSpec> Layers, string? Error) Build(string name, DataShape data) => (name, data) switch
    {
        (Classifier, { Objective: Objective.Classification, Vocabularies: [_] }) => (
        [
            new EmbeddingLayer { Size = ClassifierSize }, new PositionalEncodingLayer { Scale = true }, new DropoutLayer { Rate = 0.1 },
            new TransformerEncoderLayer { Hidden = 2 * ClassifierSize }, new GlobalAvgPool1dLayer(),
            new DenseLayer { Units = data.Output[0], Activation = data.Output[0] > 1 ? Activation.Softmax : Activation.None },
        ], null),
        (Classifier, _) => ([], $"{name} needs text with classes"),
        (GptMini, { Objective: Objective.LanguageModel, Vocabularies: [var symbols] }) => (
        [
            new EmbeddingLayer { Size = GptSize }, new PositionalEncodingLayer { Kind = Positions.Learned }, new DropoutLayer { Rate = 0.1 },
            new TransformerEncoderLayer { Hidden = 4 * GptSize, Layers = 3, Causal = true, Activation = Activation.Gelu }, new DenseLayer { Units = symbols },
        ], null),
        (GptMini, _) => ([], $"{name} needs text whose next token is to be predicted"),
        (Seq2Seq, { Objective: Objective.Translation }) => ([new EncoderDecoderLayer()], null),
        (Seq2Seq, _) => ([], $"{name} needs sentence pairs"),
        _ => ([], $"model '{name}' is not known: the named models are {string.Join(", ", NamedModels.Names)}"),
    };
}
