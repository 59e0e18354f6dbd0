namespace Federated.Cluster.Tests.Faults;

/// <summary>Tells those who wait that something has changed: take <see cref="Next"/>, then look, then await it. Thread-safe.</summary>
internal sealed class Signal
{
    /// <summary>Far above what a step takes: it ends a test that would hang, and decides nothing else.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next change.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something has changed.</summary>
    public void Set() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Waits until a condition, which only changes told here make true, holds.</summary>
    /// <exception cref="InvalidOperationException">Nothing has changed for <see cref="Patience"/>; the message says what was described.</exception>
    public async Task UntilAsync(Func<bool> condition, Func<string> describe)
    {
        while (true)
        {
            var next = Next;
            if (condition()) return;
            try
            {
                await next.WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                throw new InvalidOperationException($"Nothing changed for {Patience} before this: {describe()}");
            }
        }
    }
}
