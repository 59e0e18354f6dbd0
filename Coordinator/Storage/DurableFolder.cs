using System.Runtime.InteropServices;

namespace Federated.Coordinator.Storage;

/// <summary>Folders whose entries survive a power cut. A renamed or created file is durable only when its folder is flushed too; on Windows, whose
/// file systems journal names themselves, nothing is to be done. Blocks the calling thread. Thread-safe.</summary>
internal static class DurableFolder
{
    // Of errno.h, the same on Linux and macOS.
    private const int Interrupted = 4;
    private const int Invalid = 22;

    /// <summary>Creates a folder and what is missing above it.</summary>
    /// <exception cref="IOException">It could not be created or flushed.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void Create(string path)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null) Create(parent);
        Directory.CreateDirectory(path);
        if (parent is not null) Flush(parent);
    }

    /// <summary>Returns when the names in the folder are on the disk.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var folder = Repeated(() => Open(path, OperatingSystem.IsMacOS() ? 0x100_0000 : 0x8_0000));   // O_RDONLY | O_CLOEXEC
        if (folder < 0) throw Error(path);
        try
        {
            // Some network file systems have no such operation and say Invalid; the runtime's own flush of files ignores that as well.
            if (Repeated(() => Sync(folder)) != 0 && Marshal.GetLastPInvokeError() != Invalid) throw Error(path);
        }
        finally
        {
            _ = Close(folder);   // only read from: nothing can be lost by an error here
        }
    }

    private static int Repeated(Func<int> call)
    {
        int result;
        while ((result = call()) < 0 && Marshal.GetLastPInvokeError() == Interrupted) { }
        return result;
    }

    private static IOException Error(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new($"Folder '{path}' could not be flushed to the disk: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
