using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>Where positions come from.</summary>
public enum Positions
{
    /// <summary>Sines and cosines of geometric wavelengths (Vaswani et al. 2017, arXiv:1706.03762, section 3.5).</summary>
    Sinusoidal,

    /// <summary>A trained vector for each position.</summary>
    Learned,
}

/// <summary>Where a block normalises.</summary>
public enum BlockNorm
{
    /// <summary>The input of each part, and once more after the last block (Xiong et al. 2020, arXiv:2002.04745): trains without a warm-up of the learning rate.</summary>
    Before,

    /// <summary>Each sum of a part and what it was added to (Vaswani et al. 2017, section 3.1).</summary>
    After,
}

/// <summary>Tells a layer over time where a step stands, by adding a vector for each position: [T, features] to the same.</summary>
public sealed record PositionalEncodingLayer : LayerSpec
{
    /// <value>Where the vectors come from.</value>
    [JobField("sinusoidal: sines and cosines (Vaswani et al. 2017, section 3.5). learned: trained vectors.")]
    public Positions Kind { get; init; }

    /// <value>Whether the input is first multiplied by √features.</value>
    [JobField("Whether the input is first multiplied by the square root of its features, as embeddings are there in section 3.4.")]
    public bool Scale { get; init; }
}

/// <summary>Multi-head self-attention (Vaswani et al. 2017, section 3.2): [T, features] to the same. Of text, no step sees padding.</summary>
public sealed record AttentionLayer : LayerSpec
{
    /// <value>Heads; they divide the features.</value>
    [JobField("Heads; must divide the features.", Minimum = 1, Maximum = 1024)]
    public int Heads { get; init; } = 4;

    /// <value>Whether a step sees no later one.</value>
    [JobField("Whether a step sees itself and the steps before it only.")]
    public bool Causal { get; init; }

    /// <value>Dropout of what it gives.</value>
    [JobField("Probability that a value of the output is zeroed in training.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Dropout { get; init; }
}

/// <summary>A stack of transformer blocks, each self-attention and a feed-forward network with residuals, dropout and layer normalisation (Vaswani et al. 2017,
/// section 3.1; dropout as in section 5.4, so not of attention weights): [T, features] to the same. With <see cref="Causal"/> it is the decoder-only stack of language models.</summary>
public sealed record TransformerEncoderLayer : LayerSpec
{
    /// <value>Heads; they divide the features.</value>
    [JobField("Heads; must divide the features.", Minimum = 1, Maximum = 1024)]
    public int Heads { get; init; } = 4;

    /// <value>Width of the feed-forward network.</value>
    [JobField("Width of each block's feed-forward network.", Minimum = 1, Maximum = 65_536)]
    public int Hidden { get; init; } = 256;

    /// <value>Blocks.</value>
    [JobField("Blocks.", Minimum = 1, Maximum = 100)]
    public int Layers { get; init; } = 2;

    /// <value>Dropout of what each part gives.</value>
    [JobField("Probability that a value which a part of a block gives is zeroed in training.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Dropout { get; init; } = 0.1;

    /// <value>Whether a step sees no later one.</value>
    [JobField("Whether a step sees itself and the steps before it only, as in a language model.")]
    public bool Causal { get; init; }

    /// <value>Where blocks normalise.</value>
    [JobField("before: the input of each part, and the output of the last block; trains without warm-up. after: each sum, as in Vaswani et al. 2017.")]
    public BlockNorm Norm { get; init; }

    /// <value>Of the feed-forward network.</value>
    [JobField("Between the two layers of the feed-forward network; not softmax.")]
    public Activation Activation { get; init; } = Activation.Relu;
}

/// <summary>A whole translator (Vaswani et al. 2017): [S + T] symbols of two vocabularies, source and shifted target, to [T, target vocabulary] scores. Embeddings of
/// both are multiplied by √size and get sinusoidal positions; the scores are products with the target's embeddings (weight tying, section 3.4), without offset.
/// Blocks normalise before their parts, unlike in the paper, and the two vocabularies do not share embeddings.</summary>
public sealed record EncoderDecoderLayer : LayerSpec
{
    /// <value>Features of a token.</value>
    [JobField("Features of a token.", Minimum = 1, Maximum = 65_536)]
    public int Size { get; init; } = 128;

    /// <value>Heads; they divide the size.</value>
    [JobField("Heads; must divide the size.", Minimum = 1, Maximum = 1024)]
    public int Heads { get; init; } = 4;

    /// <value>Width of the feed-forward networks.</value>
    [JobField("Width of each block's feed-forward network.", Minimum = 1, Maximum = 65_536)]
    public int Hidden { get; init; } = 256;

    /// <value>Blocks of each of the two stacks.</value>
    [JobField("Blocks of the encoder, and as many of the decoder.", Minimum = 1, Maximum = 100)]
    public int Layers { get; init; } = 2;

    /// <value>Dropout of what each part gives, and of embeddings.</value>
    [JobField("Probability that a value which a part of a block gives, or of an embedding with its position, is zeroed in training.", Minimum = 0, ExclusiveMaximum = 1)]
    public double Dropout { get; init; } = 0.1;
}
