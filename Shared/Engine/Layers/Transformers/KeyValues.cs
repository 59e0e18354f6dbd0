using static TorchSharp.torch;

namespace Federated.Engine.Layers.Transformers;

/// <summary>Keys and values of attention, each [batch, heads, S, d]. As the memory of decoding it lives outside dispose scopes and is to be disposed.</summary>
internal sealed class KeyValues(Tensor? keys, Tensor? values) : IDisposable
{
    /// <summary>null before the first step.</summary>
    public Tensor? Keys { get; private set; } = keys;

    /// <summary>null before the first step.</summary>
    public Tensor? Values { get; private set; } = values;

    /// <summary>Adds one step's.</summary>
    public void Append(Tensor key, Tensor value) => Become(Keys is null ? key.clone() : cat([Keys, key], 2), Values is null ? value.clone() : cat([Values, value], 2));

    /// <summary>Goes on with some of the batch, in the order given.</summary>
    /// <param name="rows">int64 [new batch].</param>
    public void Select(Tensor rows) => Become(Keys!.index_select(0, rows), Values!.index_select(0, rows));

    /// <summary>Keeps both beyond dispose scopes, until disposal.</summary>
    public void Keep() => Become(Keys!, Values!);

    public void Dispose()
    {
        Keys?.Dispose();
        Values?.Dispose();
    }

    private void Become(Tensor keys, Tensor values)
    {
        (var old, Keys) = (Keys, keys.DetachFromDisposeScope());
        (var older, Values) = (Values, values.DetachFromDisposeScope());
        if (!ReferenceEquals(old, Keys)) old?.Dispose();
        if (!ReferenceEquals(older, Values)) older?.Dispose();
    }
}
