using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>What decoding a batch keeps from step to step. Disposing frees it.</summary>
internal sealed class DecoderMemory : IDisposable
{
    /// <param name="source">Keys and values of the source, one a block; from now on this one's to free.</param>
    /// <param name="sourceMask">Hides the source's padding; likewise.</param>
    public DecoderMemory(ImmutableArray<KeyValues> source, Tensor sourceMask)
    {
        (Source, SourceMask) = (source, sourceMask.DetachFromDisposeScope());
        foreach (var block in source) block.Keep();
        Own = [.. source.Select(_ => new KeyValues(null, null))];
    }

    /// <summary>Keys and values of the tokens written so far, one a block.</summary>
    public ImmutableArray<KeyValues> Own { get; }

    /// <summary>Keys and values of the source, one a block.</summary>
    public ImmutableArray<KeyValues> Source { get; }

    /// <summary>Shape [batch, 1, 1, S].</summary>
    public Tensor SourceMask { get; private set; }

    /// <summary>Tokens written so far.</summary>
    public int Steps { get; set; }

    /// <summary>Goes on with some of the batch, in the order given; a row may come several times.</summary>
    /// <param name="rows">int64 [new batch].</param>
    public void Select(Tensor rows)
    {
        foreach (var block in Steps > 0 ? Own.AddRange(Source) : Source) block.Select(rows);
        (var old, SourceMask) = (SourceMask, SourceMask.index_select(0, rows).DetachFromDisposeScope());
        old.Dispose();
    }

    public void Dispose()
    {
        foreach (var block in Own.AddRange(Source)) block.Dispose();
        SourceMask.Dispose();
    }
}
