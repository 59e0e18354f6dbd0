using Federated.Core.Randomness;

namespace Federated.Engine.Augmentation;

/// <summary>Changes to one text of indices, in place. Index 0 is padding and stays what it is; index 1 is the unknown symbol.</summary>
internal static class TextChanges
{
    private const float Padding = 0, Unknown = 1;

    /// <summary>Replaces symbols by the unknown one.</summary>
    public static void Forget(Span<float> text, double rate, RandomStream draws)
    {
        foreach (ref var symbol in text)
            if (symbol != Padding && draws.NextDouble() < rate) symbol = Unknown;
    }

    /// <summary>Leaves symbols out; the others move to the front and padding follows. Where none would stay, the last one does.</summary>
    public static void Drop(Span<float> text, double rate, RandomStream draws)
    {
        var (kept, last) = (0, Padding);
        foreach (var symbol in text)
        {
            if (symbol == Padding) continue;
            last = symbol;
            if (draws.NextDouble() >= rate) text[kept++] = symbol;   // never ahead of what is read
        }
        if (kept == 0) text[kept++] = last;
        text[kept..].Clear();
    }
}
