using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Federated.Engine.Models;

/// <summary>A contiguous CPU tensor's memory as a span: no copy, valid as long as the tensor.</summary>
internal static class TensorMemory
{
    public static Span<float> Floats(this Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    public static Span<long> Longs(this Tensor tensor) => MemoryMarshal.Cast<byte, long>(tensor.bytes);
}
