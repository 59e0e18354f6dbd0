using System.Runtime.InteropServices;

namespace Federated.Worker.State;

/// <summary>Files that are complete or not there, and that a power failure does not undo once they were written. Blocks its thread.</summary>
internal static class DurableFile
{
    /// <summary>How the name of an unfinished file ends. One that is found at rest was torn off by a crash.</summary>
    public const string TemporaryEnd = ".tmp";

    private const int BufferBytes = 1 << 16;

    /// <summary>Writes a temporary file beside the target, flushes it, renames it and flushes the folder, which is made where it is
    /// missing.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        MakeFolder(Path.GetDirectoryName(path)!);
        var temporary = path + TemporaryEnd;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            Rename(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Renames a file within its folder, over one that is there, and flushes the folder.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FlushFolder(Path.GetDirectoryName(to)!);
    }

    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null) MakeFolder(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null) FlushFolder(parent);
    }

    /// <summary>Puts the names of a folder on the disk.</summary>
    /// <remarks>Windows has no such call: its file systems journal their names.</remarks>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(folder, flags: 0);
        if (handle < 0) throw Failed("open", folder);
        try
        {
            // Some file systems cannot flush a folder and say so; they have nothing to lose.
            if (Flush(handle) != 0 && Marshal.GetLastPInvokeError() is not InvalidArgument) throw Failed("flush", folder);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failed(string what, string folder) =>
        new($"Folder '{folder}' could not be {what}ed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

    private const int InvalidArgument = 22;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);
}
