using System.Runtime.InteropServices;
using Federated.Engine.Arithmetic;
using TorchSharp;

namespace Federated.Engine;

/// <summary>How this process uses libtorch: one thread a trainer, for several trainers side by side beat one trainer on several threads and a fixed
/// number of threads is what makes results reproducible. Thread-safe.</summary>
public static partial class LibtorchSetup
{
    private static readonly Lazy<(bool AllocatorTuned, SoundArithmetic Arithmetic)> Once = new(Apply);

    [ThreadStatic]
    private static bool _threadIsSet;

    /// <summary>Whether glibc's allocator was told to keep freed memory. False on other systems, and where glibc refused.</summary>
    public static bool AllocatorTuned => Once.Value.AllocatorTuned;

    /// <summary>That libtorch works otherwise than usual on this processor, for people; null where it does not.</summary>
    public static string? Notice => Once.Value.Arithmetic.Notice;

    /// <summary>Applies the settings once a process, and the number of threads once to each thread that calls: libtorch keeps that number for every
    /// thread by itself, and one that computed before the settings were made would go on with as many as there are cores, and give other bits. Call it
    /// before the first tensor is made, and on every thread that trains; <see cref="TorchEngine"/> and its runs do.</summary>
    /// <exception cref="EngineException">libtorch's results are wrong on this processor; the message says what to do.</exception>
    public static void Ensure()
    {
        if (Once.Value.Arithmetic.Refusal is { } refusal) throw new EngineException(refusal) { OnlyHere = true };
        if (_threadIsSet) return;
        torch.set_num_threads(1);
        _threadIsSet = true;
    }

    /// <summary>As <see cref="Ensure"/>, for a process that has a GPU. float32 is float32 there too: by default convolutions would round their factors to the 10 bits of
    /// TF32.</summary>
    public static void EnsureGpu()
    {
        Ensure();
        (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) = (false, false);
    }

    private static (bool, SoundArithmetic) Apply()
    {
        var tuned = OperatingSystem.IsLinux() && TuneAllocator();   // before libtorch's first allocation
        torch.set_num_interop_threads(1);
        torch.set_num_threads(1);   // of this thread, which checks
        return (tuned, SoundArithmetic.Settle(ConvolutionCheck.Fault, () => OneDnn.TrySet(use: false)));
    }

    /// <summary>Every training step frees and takes the same tensors of some megabytes. By default glibc maps and unmaps each, which costs tens of
    /// thousands of page faults a second; told to use its heap and to keep what is freed, it costs none.</summary>
    private static bool TuneAllocator()
    {
        const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3;   // malloc.h
        const int Megabyte = 1 << 20;
        try
        {
            // Older versions of glibc allow no more than 32 MiB before they map.
            var mapped = SetAllocatorOption(MapThreshold, 1024 * Megabyte) != 0 || SetAllocatorOption(MapThreshold, 32 * Megabyte) != 0;
            return mapped & SetAllocatorOption(TrimThreshold, int.MaxValue) != 0 & SetAllocatorOption(TopPad, 64 * Megabyte) != 0;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;   // another C library, such as musl: its allocator has no such options
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetAllocatorOption(int option, int value);
}
