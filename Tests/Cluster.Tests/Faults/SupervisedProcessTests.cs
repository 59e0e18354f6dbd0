using Federated.Cluster.Tests.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Cluster.Tests.Faults;

/// <summary>With real processes: one that lives on, and the command's usage error, which ends at once.</summary>
public sealed class SupervisedProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Process_that_is_killed_is_started_again()
    {
        await using var process = SupervisedProcess.Start("waiting", StartWaiting);
        var first = process.Current;
        await process.WaitForLineAsync(IsReady);

        var next = await process.KillAsync();
        var line = await process.WaitForLineAsync(IsReady, next);

        Assert.Equal((2, 2), (next, process.Starts));
        Assert.Equal((false, true), (first.IsAlive, process.Current.IsAlive));
        Assert.NotEqual(first.Id, process.Current.Id);
        Assert.Contains("=== waiting, start 1", process.Transcripts(), StringComparison.Ordinal);
        Assert.Contains(line, process.Transcripts().Split("=== waiting, start 2")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_can_be_held_back()
    {
        var ends = 0;
        await using var process = SupervisedProcess.Start("waiting", StartWaiting, () => Interlocked.Increment(ref ends));
        await process.WaitForLineAsync(IsReady);

        var next = await process.KillAsync(hold: true);
        Assert.Equal(1, process.Starts);
        process.Release();
        await process.WaitForLineAsync(IsReady, next);

        Assert.Equal((2, 1), (process.Starts, ends));
    }

    [Fact]
    public async Task Restart_waits_for_its_delay()
    {
        var time = new FakeTimeProvider();
        var ended = new TaskCompletionSource();
        await using var process = SupervisedProcess.Start("usage", StartUsageError, () => ended.TrySetResult(), TimeSpan.FromHours(1), time);

        await ended.Task;
        Assert.Equal(1, process.Starts);
        var second = process.StartedAsync(2);
        while (!second.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(20));   // the timer may not be set yet
            await Task.Yield();
        }

        Assert.Equal(2, process.Starts);
    }

    [Fact]
    public async Task Process_that_cannot_live_is_given_up_with_all_that_it_wrote()
    {
        var starts = 0;
        var process = SupervisedProcess.Start("nothing", () => StartNothing(++starts), maxStarts: 3);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => process.WaitForLineAsync(_ => false));
        await process.DisposeAsync();

        Assert.Equal(3, starts);
        Assert.Contains("nothing is not started any more after 3 starts", error.Message, StringComparison.Ordinal);
        Assert.Contains("absent-3.dll", error.Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Paused_process_lives_and_goes_on_when_it_is_resumed()
    {
        await using var process = SupervisedProcess.Start("waiting", StartWaiting);
        await process.WaitForLineAsync(IsReady);

        process.Pause();
        await UntilStoppedAsync(process.Current.Id);
        process.Current.Send(UnixSignal.Terminate);
        var ended = process.Current.Ended;
        Assert.True(process.Current.IsAlive);   // the signal waits as well
        process.Resume();
        await ended.WaitAsync(Signal.Patience);
        await process.WaitForLineAsync(IsReady, 2);

        Assert.True(process.Current.IsAlive);
    }

    [UnixFact]
    public async Task Paused_process_can_be_killed()
    {
        await using var process = SupervisedProcess.Start("waiting", StartWaiting);
        await process.WaitForLineAsync(IsReady);

        process.Pause();
        await process.KillAsync(hold: true);

        Assert.False(process.Current.IsAlive);
    }

    [Fact]
    public async Task Disposal_ends_the_process_and_its_supervisor()
    {
        var starts = 0;
        var process = SupervisedProcess.Start("waiting", () =>
        {
            starts++;
            return StartWaiting();
        });
        var ended = process.Current.Ended;

        await process.DisposeAsync();

        Assert.True(ended.IsCompletedSuccessfully);
        Assert.Equal(1, starts);
    }

    // The field after the program's name in brackets is the state; T is stopped by a signal.
    private static async Task UntilStoppedAsync(int id)
    {
        using var limit = new CancellationTokenSource(Signal.Patience);
        async Task<char> StateAsync() => (await File.ReadAllTextAsync($"/proc/{id}/stat", limit.Token)).Split(") ")[^1][0];
        while (OperatingSystem.IsLinux() && await StateAsync() != 'T') await Task.Yield();
    }

    private static bool IsReady(string line) => line == "waiting";

    private ProcessUnderTest StartWaiting() => ProcessUnderTest.Start(DotNet.FaultyCoordinator, _folder.Path, "wait");

    private ProcessUnderTest StartUsageError() => ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "coordinator", "--port", "none");

    // The runtime's own error is the fastest end there is.
    private ProcessUnderTest StartNothing(int start) => ProcessUnderTest.Start(Path.Combine(_folder.Path, $"absent-{start}.dll"), _folder.Path);
}
