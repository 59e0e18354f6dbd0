using System.Collections.Immutable;
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
        Ended = Task.WhenAll(_drained, process.WaitForExitAsync());
    }

    public int Id => _process.Id;

    /// <summary>Completes when it has exited, by itself or not, and all that it wrote is here.</summary>
    public Task Ended { get; }

    /// <summary>False from its exit on; true while it is stopped by <see cref="UnixSignal.Stop"/>.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => Copy(_output);

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyList<string> Error => Copy(_error);

    /// <summary>Starts a .NET program with the runtime that the tests run on.</summary>
    /// <param name="assembly">Path of the program's dll.</param>
    /// <param name="folder">Working directory.</param>
    /// <param name="args">Its arguments.</param>
    public static ProcessUnderTest Start(string assembly, string folder, params string[] args) =>
        Start(assembly, folder, ImmutableDictionary<string, string>.Empty, args);

    /// <summary>Starts a .NET program with variables of its own in its environment.</summary>
    public static ProcessUnderTest Start(string assembly, string folder, IReadOnlyDictionary<string, string> environment, params string[] args)
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
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ProcessUnderTest(process);
    }

    /// <summary>The first line of either stream that a condition holds for, past or to come.</summary>
    /// <param name="condition">What is looked for.</param>
    /// <param name="after">How many such lines are passed over.</param>
    /// <exception cref="InvalidOperationException">The process ended, or time ran out, without such a line; the message has all that it wrote.</exception>
    public async Task<string> LineAsync(Func<string, bool> condition, int after = 0) =>
        await FindLineAsync(condition, after) ?? throw new InvalidOperationException($"The process ended without the line.{Transcript()}");

    /// <summary>As <see cref="LineAsync"/>, but null when the process ended without such a line.</summary>
    /// <exception cref="InvalidOperationException">Time ran out.</exception>
    public async Task<string?> FindLineAsync(Func<string, bool> condition, int after = 0)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Task news;
            // Before the look: the last lines come before the end.
            var ended = _drained.IsCompleted;
            lock (_lock)
            {
                if (_output.Concat(_error).Where(condition).Skip(after).FirstOrDefault() is { } found) return found;
                news = _news.Task;
            }
            if (ended) return null;
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

    /// <summary>Kills it, on any system, and waits until it is dead. Does nothing when it is already.</summary>
    public async Task KillAsync()
    {
        KillIt(tree: false);
        await ExitAsync();
    }

    /// <summary>Sends a signal, as the shell and supervisors do.</summary>
    public void Send(UnixSignal signal)
    {
        if (Kill(_process.Id, NumberOf(signal)) != 0) throw new InvalidOperationException($"kill: error {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>All that it wrote, for a test's message.</summary>
    public string Transcript() => $"\n--- standard output\n{string.Join('\n', Output)}\n--- standard error\n{string.Join('\n', Error)}\n";

    public async ValueTask DisposeAsync()
    {
        KillIt(tree: true);
        await Ended;
        _process.Dispose();
    }

    private static int NumberOf(UnixSignal signal) => signal switch
    {
        UnixSignal.Interrupt => 2,
        UnixSignal.Kill => 9,
        UnixSignal.Terminate => 15,
        UnixSignal.Stop => OperatingSystem.IsMacOS() ? 17 : 19,
        UnixSignal.Continue => OperatingSystem.IsMacOS() ? 19 : 18,
        _ => throw new UnreachableException(signal.ToString()),
    };

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);

    private void KillIt(bool tree)
    {
        try
        {
            _process.Kill(tree);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

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

/// <summary>Signals by name: Linux and macOS number some of them differently.</summary>
internal enum UnixSignal
{
    Interrupt,
    Kill,
    Terminate,

    /// <summary>Stops the process where it is: its connections stay up and it says nothing more.</summary>
    Stop,

    /// <summary>Lets a stopped process go on.</summary>
    Continue,
}
