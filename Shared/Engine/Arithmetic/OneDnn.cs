using System.Runtime.InteropServices;

namespace Federated.Engine.Arithmetic;

/// <summary>Switches oneDNN off in libtorch, which then uses kernels of its own. TorchSharp has no call for it, so this is libtorch's C++ function by the name that compilers of Linux and macOS give it. Thread-safe.</summary>
internal static unsafe class OneDnn
{
    private const string Global = "_ZN2at13globalContextEv";
    private const string SetUsed = "_ZN2at7Context20setUserEnabledMkldnnEb";

    /// <summary>Sets for the whole process whether oneDNN is used. False where this libtorch has no such function.</summary>
    /// <param name="use">Whether to.</param>
    /// <remarks>libtorch must be loaded already.</remarks>
    public static bool TrySet(bool use)
    {
        // The loader knows it by this name once it is loaded, from wherever.
        var name = OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        if (OperatingSystem.IsWindows() || !NativeLibrary.TryLoad(name, out var library)) return false;
        try
        {
            if (!NativeLibrary.TryGetExport(library, Global, out var global) || !NativeLibrary.TryGetExport(library, SetUsed, out var set)) return false;
            ((delegate* unmanaged<nint, byte, void>)set)(((delegate* unmanaged<nint>)global)(), use ? (byte)1 : (byte)0);
            return true;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }
}
