using System.ComponentModel;
using System.Diagnostics;

namespace Federated.Coordinator.Tests.Storage;

/// <summary>A test that mounts a file system of its own; skipped, and shown as such, where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly string? Lacking = Try();

    public TmpfsFactAttribute() => Skip = Lacking;

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux()) return "Small file systems are mounted on Linux only.";
        try
        {
            using var mounted = new Tmpfs();
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            return $"A small file system cannot be mounted here: {error.Message}";
        }
    }
}

/// <summary>A file system of 256 KiB in memory, unmounted at the end.</summary>
internal sealed class Tmpfs : IDisposable
{
    public const int Bytes = 256 * 1024;

    public Tmpfs()
    {
        Path = Directory.CreateTempSubdirectory("federated-tmpfs-").FullName;
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={Bytes}", "tmpfs", Path);
        }
        catch
        {
            Directory.Delete(Path);
            throw;
        }
    }

    public string Path { get; }

    /// <summary>From now on nothing can be written, whoever writes.</summary>
    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path);

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {errors.Trim()}");
    }
}
