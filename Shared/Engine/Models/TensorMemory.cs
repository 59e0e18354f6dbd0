using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Engine.Models;

/// <summary>A contiguous CPU tensor's memory as a span: no copy, valid as long as the tensor. One of another device is copied to the host first, by <c>cpu()</c>.</summary>
internal static class TensorMemory
{
    /// <exception cref="InvalidOperationException">The tensor is on another device.</exception>
    public static Span<float> Floats(this Tensor tensor) => MemoryMarshal.Cast<byte, float>(OnHost(tensor).bytes);

    /// <summary>Where a float32 tensor's first value lies: equal for tensors that are the same memory.</summary>
    public static nint Address(this Tensor tensor) => tensor.storage<float>().data_ptr() + (nint)(tensor.storage_offset() * sizeof(float));

    /// <exception cref="InvalidOperationException">The tensor is on another device.</exception>
    public static Span<long> Longs(this Tensor tensor) => MemoryMarshal.Cast<byte, long>(OnHost(tensor).bytes);

    // libtorch hands out the address of a GPU's memory as well, and reading there ends the process.
    private static Tensor OnHost(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU ? tensor : throw new InvalidOperationException($"A tensor on {tensor.device} was read as memory of the host.");
}
