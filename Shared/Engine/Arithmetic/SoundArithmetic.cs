namespace Federated.Engine.Arithmetic;

/// <summary>What comes of <see cref="ConvolutionCheck"/>: nothing, a notice that libtorch reckons without oneDNN, or a refusal.</summary>
/// <param name="Notice">For people, where oneDNN was switched off; null where it was right.</param>
/// <param name="Refusal">For people, where libtorch cannot be trusted; null where it can.</param>
internal sealed record SoundArithmetic(string? Notice, string? Refusal)
{
    /// <summary>Checks libtorch, and switches oneDNN off where that mends it.</summary>
    /// <param name="check">What is wrong now; null where nothing is.</param>
    /// <param name="switchOff">Whether oneDNN could be switched off.</param>
    public static SoundArithmetic Settle(Func<string?> check, Func<bool> switchOff)
    {
        if (check() is not { } fault) return new(null, null);
        if (switchOff() && check() is null)
            return new($"libtorch's oneDNN is wrong on this processor ({fault}): it is not used. Convolutions may be slower, and last digits differ from those of other processors.", null);
        return new(null, $"libtorch reckons wrongly on this processor: {fault}. Nothing is trained or measured with it. Start with ONEDNN_MAX_CPU_ISA=SSE41 in the environment, which slows it down and has helped on processors of this kind.");
    }
}
