using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Federated.Coordinator.Actors;

namespace Federated.FaultyCoordinator;

/// <summary>Ends this process as the kernel's out-of-memory killer would, at each of its points once: a mark in a folder outlives the process, so
/// that the one that is started in its place passes the point. Thread-safe.</summary>
/// <param name="points">Where to end.</param>
/// <param name="marks">The folder of the marks; made when it is missing. Processes that share it die at a point once between them.</param>
internal sealed class SelfKill(IReadOnlyCollection<KillPoint> points, string marks)
{
    private const int SigKill = 9;

    private readonly Lock _lock = new();

    /// <summary>The mark's file name of a point.</summary>
    public static string MarkOf(KillPoint point) => $"killed-{point.Point}-{point.Round}";

    /// <summary>Does not return at one of the points that has no mark yet.</summary>
    public void Reached(RunPoint point, int round)
    {
        var at = new KillPoint(point, round);
        if (!points.Contains(at)) return;
        // Never let go: whoever else gets here waits for the end.
        lock (_lock)
        {
            if (TryMark(at)) Kill();
        }
    }

    // Another process may reach the same point at the same time: creating the file decides which one dies.
    private bool TryMark(KillPoint point)
    {
        Directory.CreateDirectory(marks);
        var path = Path.Combine(marks, MarkOf(point));
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes($"{Environment.ProcessId}\n"));
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static void Kill()
    {
        if (OperatingSystem.IsWindows())
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
        }
        else
        {
            var failed = Send(Environment.ProcessId, SigKill) != 0;
            if (failed) throw new InvalidOperationException($"kill: error {Marshal.GetLastPInvokeError()}");
        }
        Environment.FailFast("The process outlived its own kill.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Send(int process, int signal);
}
