using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>Named models that read text.</summary>
internal static class TextModels
{
    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } = [NamedModels.CharLstm, NamedModels.TextGru];

    /// <summary>The layers of a named model, or one sentence why it does not fit the data.</summary>
    public static (ImmutableArray<LayerSpec> Layers, string? Error) Build(string name, DataShape data)
    {
        var isText = data is { Vocabularies.Length: 1, Input.Length: 1 };
        return name == NamedModels.CharLstm
            ? isText && data.Objective == Objective.LanguageModel ? (CharLstm(data.Output[^1]), null)
                : ([], $"{name} predicts the next symbol at every step: take a data set of running text, such as shakespeare")
            : isText && data.Objective == Objective.Classification ? (TextGru(data.Output[0]), null)
                : ([], $"{name} gives a text one class: take a data set of labelled texts, such as sentiment-sentences");
    }

    private static ImmutableArray<LayerSpec> CharLstm(int symbols) =>
    [
        new EmbeddingLayer { Size = 8 },
        new LstmLayer { Units = 256, Layers = 2, Return = RecurrentReturn.Sequence },
        new DenseLayer { Units = symbols, Activation = Activation.Softmax },
    ];

    private static ImmutableArray<LayerSpec> TextGru(int classes) =>
    [
        new EmbeddingLayer { Size = 64 },
        new GruLayer { Units = 64, Bidirectional = true },
        new DropoutLayer { Rate = 0.5 },
        new DenseLayer { Units = classes, Activation = Activation.Softmax },
    ];
}
