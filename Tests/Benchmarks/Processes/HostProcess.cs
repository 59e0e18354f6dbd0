using System.Diagnostics;
using System.Globalization;

namespace Federated.Benchmarks.Processes;

/// <summary>A coordinator or a worker as a process of its own: <c>federated</c> as it was built for these benchmarks. Every line that it writes has the time at
/// which it came. Thread-safe.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<HostLine> _lines = [];
    private readonly Task _drained;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(string name, Process process)
    {
        (Name, _process) = (name, process);
        _drained = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Name { get; }

    public bool IsAlive => !_process.HasExited;

    /// <value>What it has written so far, in order.</value>
    public IReadOnlyList<HostLine> Lines
    {
        get
        {
            lock (_lock) return [.. _lines];
        }
    }

    /// <value>Memory of the process that is in RAM, in bytes, from /proc; 0 where there is none.</value>
    public long ResidentBytes => Status("VmRSS:");

    /// <param name="name">For messages.</param>
    /// <param name="folder">Working directory.</param>
    /// <param name="args">The verb and its options.</param>
    public static HostProcess Start(string name, string folder, params string[] args)
    {
        var runtime = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(runtime, [Path.Combine(AppContext.BaseDirectory, "federated.dll"), .. args])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new(name, Process.Start(start)!);
    }

    /// <summary>The first line with a text in it, past or to come.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or three minutes passed, without it.</exception>
    public async Task<HostLine> LineAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            Task news;
            // Before the look: the last lines come before the end.
            var ended = _drained.IsCompleted;
            lock (_lock)
            {
                if (_lines.Find(line => line.Text.Contains(text, StringComparison.Ordinal)) is { } found) return found;
                news = _news.Task;
            }
            if (ended || limit.IsCancellationRequested)
                throw new InvalidOperationException($"{Name} {(ended ? "ended" : "went on")} without the line '{text}':\n{string.Join('\n', Lines.Select(line => line.Text))}");
            await Task.WhenAny(news, _drained, Task.Delay(Timeout.InfiniteTimeSpan, limit.Token));
        }
    }

    /// <summary>Kills it without a word, as a crash does, and does not wait until it is dead.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Kills it and waits until it is dead. Does nothing when it is already.</summary>
    public async Task EndAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _drained;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _process.Dispose();
    }

    private long Status(string key)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status");
        if (!File.Exists(path) || Array.Find(File.ReadAllLines(path), line => line.StartsWith(key, StringComparison.Ordinal)) is not { } found) return 0;
        return long.Parse(found[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _lines.Add(new(Stopwatch.GetTimestamp(), line));
                _news.SetResult();
                _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}

/// <param name="At">When it came, as <see cref="Stopwatch.GetTimestamp"/> tells.</param>
/// <param name="Text">What it says.</param>
internal sealed record HostLine(long At, string Text);
