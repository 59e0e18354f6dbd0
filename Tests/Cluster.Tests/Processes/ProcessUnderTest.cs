using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Federated.Cluster.Tests.Processes;

/// <summary>A real process of the product: started, listened to, signalled, and always killed in the end. Thread-safe.</summary>
internal sealed class ProcessUnderTest : IAsyncDisposable
{
    // Far above what a step takes: it ends a test that would hang, and decides nothing else.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];
    private readonly List<string> _error = [];
    private readonly Task _drained;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessUnderTest(Process process)
    {
        _process = process;
        _drained = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _error));
    }

    public int Id => _process.Id;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => Copy(_output);

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyList<string> Error => Copy(_error);

    /// <summary>Starts a .NET program with the runtime that the tests run on.</summary>
    /// <param name="assembly">Path of the program's dll.</param>
    /// <param name="folder">Working directory.</param>
    /// <param name="args">Its arguments.</param>
    public static ProcessUnderTest Start(string assembly, string folder, params string[] args)
    {
        var start = new ProcessStartInfo(DotNet.Path, [assembly, .. args])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ProcessUnderTest(process);
    }

    /// <summary>The first line of either stream that a condition holds for, past or to come.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or time ran out, without such a line; the message has all that it wrote.</exception>
    public async Task<string> LineAsync(Func<string, bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_output.Concat(_error).FirstOrDefault(condition) is { } found) return found;
                news = _news.Task;
            }
            if (_drained.IsCompleted) throw new InvalidOperationException($"The process ended without the line.{Transcript()}");
            await Task.WhenAny(news, _drained, Task.Delay(Timeout.InfiniteTimeSpan, limit.Token));
            if (limit.IsCancellationRequested) throw new InvalidOperationException($"No such line in {Patience}.{Transcript()}");
        }
    }

    /// <summary>The exit code, once both streams have ended as well.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _drained.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The process goes on after {Patience}.{Transcript()}");
        }
        return _process.ExitCode;
    }

    /// <summary>Sends a signal, as the shell and supervisors do.</summary>
    public void Send(UnixSignal signal)
    {
        if (Kill(_process.Id, (int)signal) != 0) throw new InvalidOperationException($"kill: error {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>All that it wrote, for a test's message.</summary>
    public string Transcript() => $"\n--- standard output\n{string.Join('\n', Output)}\n--- standard error\n{string.Join('\n', Error)}\n";

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
        await _process.WaitForExitAsync();
        await _drained;
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);

    private async Task ReadAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                lines.Add(line);
                _news.SetResult();
                _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private List<string> Copy(List<string> lines)
    {
        lock (_lock) return [.. lines];
    }
}

/// <summary>Numbers that Linux and macOS agree on.</summary>
internal enum UnixSignal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}
