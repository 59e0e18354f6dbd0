using System.Runtime.InteropServices;
using TorchSharp;

namespace Federated.Engine.Tests;

public sealed class LibtorchSetupTests
{
    [Fact]
    public void Settings_hold_after_any_number_of_calls_and_the_allocator_is_tuned_where_it_is_glibcs()
    {
        LibtorchSetup.Ensure();
        LibtorchSetup.Ensure();
        Assert.Equal(1, torch.get_num_threads());
        Assert.Equal(1, torch.get_num_interop_threads());
        var glibc = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out _);
        Assert.Equal(glibc, LibtorchSetup.AllocatorTuned);
    }
}
