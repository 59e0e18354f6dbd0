using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Federated.Cluster.Tests.Faults;

/// <summary>A file system of some MiB in memory, mounted at a folder, that can be filled up and made read-only. Unmounted at the end, when nobody
/// uses it any more.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Bytes = 8 << 20;
    private const int Block = 4096;

    private string Junk => Path.Combine(Folder, "junk");

    /// <summary>Mounts it.</summary>
    /// <param name="folder">Made when it is missing.</param>
    /// <exception cref="InvalidOperationException">It cannot be mounted.</exception>
    public SmallDisk(string folder)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={Bytes}"), "tmpfs", Folder);
    }

    /// <summary>Why no file system can be mounted here; null when it can.</summary>
    public static string? Lacking { get; } = Try();

    public string Folder { get; }

    /// <summary>Takes the last block.</summary>
    public void Fill()
    {
        using var file = new FileStream(Junk, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[Block];
        try
        {
            for (var written = 0; written <= Bytes; written += Block) file.Write(block);
        }
        catch (IOException)
        {
            return;
        }
        throw new InvalidOperationException($"{Folder} has taken more than its {Bytes} bytes.");
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Junk);

    /// <summary>From now on nothing can be written, whoever writes. Waits until no file is open for writing: before, the kernel refuses.</summary>
    public async Task MakeReadOnlyAsync()
    {
        while (TryRun("mount", "-o", "remount,ro", Folder) is { } error)
        {
            if (!error.Contains("busy", StringComparison.Ordinal)) throw new InvalidOperationException(error);
            await Task.Yield();
        }
    }

    public void MakeWritable() => Run("mount", "-o", "remount,rw", Folder);

    public void Dispose() => Run("umount", Folder);

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux()) return "Small file systems are mounted on Linux only.";
        var folder = Directory.CreateTempSubdirectory("federated-disk-").FullName;
        try
        {
            using var disk = new SmallDisk(folder);
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            return $"A small file system cannot be mounted here: {error.Message}";
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        if (TryRun(program, arguments) is { } error) throw new InvalidOperationException($"{program}: {error}");
    }

    private static string? TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors.Trim();
    }
}

/// <summary>A test that mounts a file system of its own; skipped, and shown as such, where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.Lacking;
}
