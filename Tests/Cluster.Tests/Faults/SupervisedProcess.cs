using Federated.Cluster.Tests.Processes;

namespace Federated.Cluster.Tests.Faults;

/// <summary>A process that is started again whenever it ends, as systemd and <c>docker compose</c> with <c>restart: unless-stopped</c> do, until it
/// is disposed of. Thread-safe.</summary>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<ProcessUnderTest> _start;
    private readonly Action _ended;
    private readonly TimeSpan _restartDelay;
    private readonly TimeProvider _time;
    private readonly int _maxStarts;
    private readonly Signal _changed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ProcessUnderTest> _incarnations = [];
    private readonly Task _supervising;
    private bool _held;
    private bool _isOver;

    private SupervisedProcess(string name, Func<ProcessUnderTest> start, Action ended, TimeSpan restartDelay, TimeProvider time, int maxStarts)
    {
        (Name, _start, _ended, _restartDelay, _time, _maxStarts) = (name, start, ended, restartDelay, time, maxStarts);
        StartOne();
        _supervising = SuperviseAsync();
    }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>The one that was started last; it may have ended.</summary>
    public ProcessUnderTest Current => Incarnations[^1];

    /// <summary>How often it was started.</summary>
    public int Starts => Incarnations.Count;

    /// <summary>Every one of them, in the order of their starts.</summary>
    public IReadOnlyList<ProcessUnderTest> Incarnations
    {
        get
        {
            lock (_lock) return [.. _incarnations];
        }
    }

    /// <summary>Starts the process and sees to it.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="start">Starts it, always with the same arguments. Called for every start.</param>
    /// <param name="ended">Called after every end, before the next start.</param>
    /// <param name="restartDelay">From an end to the next start; none by default.</param>
    /// <param name="time">Clock of the delay; the system's by default.</param>
    /// <param name="maxStarts">Starts after which a process that cannot live is given up, for the test to end with what it wrote.</param>
    public static SupervisedProcess Start(
        string name, Func<ProcessUnderTest> start, Action? ended = null,
        TimeSpan restartDelay = default, TimeProvider? time = null, int maxStarts = 100) =>
        new(name, start, ended ?? (() => { }), restartDelay, time ?? TimeProvider.System, maxStarts);

    /// <summary>The first line that a condition holds for, past or to come, of any incarnation from a certain one on.</summary>
    /// <param name="condition">What is looked for.</param>
    /// <param name="start">The first start that counts, 1 for the first of all.</param>
    public async Task<string> WaitForLineAsync(Func<string, bool> condition, int start = 1)
    {
        while (true)
        {
            if (await (await StartedAsync(start)).FindLineAsync(condition) is { } line) return line;
            start++;
        }
    }

    /// <summary>The incarnation of a start, past or to come.</summary>
    /// <param name="start">1 for the first.</param>
    /// <exception cref="InvalidOperationException">The process was given up, or time ran out.</exception>
    public async Task<ProcessUnderTest> StartedAsync(int start)
    {
        await _changed.UntilAsync(() => Starts >= start || Volatile.Read(ref _isOver), () => $"start {start} of {Name}.{Transcripts()}");
        if (Starts < start) throw new InvalidOperationException($"{Name} is not started any more after {Starts} starts.{Transcripts()}");
        return Incarnations[start - 1];
    }

    /// <summary>Kills the current incarnation and waits until it is dead; the supervisor then starts the next one.</summary>
    /// <param name="hold">Whether the next start waits for <see cref="Release"/>.</param>
    /// <returns>The start that will follow.</returns>
    public async Task<int> KillAsync(bool hold = false)
    {
        if (hold) Hold();
        var incarnations = Incarnations;
        await incarnations[^1].KillAsync();
        return incarnations.Count + 1;
    }

    /// <summary>Starts nothing more until <see cref="Release"/>; what runs goes on.</summary>
    public void Hold() => SetHeld(true);

    /// <summary>Lets a start that was held back happen, and later ones.</summary>
    public void Release() => SetHeld(false);

    /// <summary>Stops the current incarnation where it is (SIGSTOP): connections stay up and nothing answers.</summary>
    public void Pause() => Current.Send(UnixSignal.Stop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Current.Send(UnixSignal.Continue);

    /// <summary>Stops the current incarnation for a while; one that ends in the meantime is let be.</summary>
    public async Task PauseAsync(TimeSpan duration)
    {
        var process = Current;
        if (process.IsAlive) process.Send(UnixSignal.Stop);
        await Task.Delay(duration, _time);
        if (process.IsAlive) process.Send(UnixSignal.Continue);
    }

    /// <summary>All that every incarnation wrote, for a test's message.</summary>
    public string Transcripts() => string.Concat(Incarnations.Select((process, index) => $"\n=== {Name}, start {index + 1}{process.Transcript()}"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
        foreach (var process in Incarnations) await process.DisposeAsync();
        _stop.Dispose();
    }

    private void StartOne()
    {
        var process = _start();
        lock (_lock) _incarnations.Add(process);
        _changed.Set();
    }

    private void SetHeld(bool held)
    {
        lock (_lock) _held = held;
        _changed.Set();
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (Starts < _maxStarts)
            {
                await Current.Ended.WaitAsync(_stop.Token);
                _ended();
                if (_restartDelay > TimeSpan.Zero) await Task.Delay(_restartDelay, _time, _stop.Token);
                while (true)
                {
                    var changed = _changed.Next;
                    lock (_lock)
                    {
                        if (!_held) break;
                    }
                    await changed.WaitAsync(_stop.Token);
                }
                StartOne();
            }
            await Current.Ended.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed of.
        }
        finally
        {
            Volatile.Write(ref _isOver, true);
            _changed.Set();
        }
    }
}
