using System.Runtime.InteropServices;
using Federated.Engine.Arithmetic;
using Federated.Engine.Tests.Training;

namespace Federated.Engine.Tests.Arithmetic;

[Collection(nameof(NativeMemoryTests))]   // alone: the switch is the process's
public sealed class OneDnnTests
{
    private delegate nint Global();

    [return: MarshalAs(UnmanagedType.I1)]
    private delegate bool Used(nint context);

    [Fact]
    public void It_can_be_switched_off_and_on_again_where_names_are_those_of_Linux_and_convolutions_stay_right()
    {
        LibtorchSetup.Ensure();
        if (!OperatingSystem.IsLinux()) return;
        var before = IsUsed();
        Assert.True(OneDnn.TrySet(use: false));
        try
        {
            Assert.False(IsUsed());
            Assert.Null(ConvolutionCheck.Fault());
        }
        finally
        {
            Assert.True(OneDnn.TrySet(before));
        }
        Assert.Equal(before, IsUsed());
    }

    private static bool IsUsed()
    {
        var library = NativeLibrary.Load("libtorch_cpu.so");
        var context = Marshal.GetDelegateForFunctionPointer<Global>(NativeLibrary.GetExport(library, "_ZN2at13globalContextEv"))();
        return Marshal.GetDelegateForFunctionPointer<Used>(NativeLibrary.GetExport(library, "_ZNK2at7Context17userEnabledMkldnnEv"))(context);
    }
}
