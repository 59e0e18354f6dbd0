namespace Federated.Worker.Actors;

/// <summary>What the worker's actor tells its host. Thread-safe.</summary>
internal sealed class WorkerStatus
{
    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first Welcome; cancelled when the worker ends without one.</summary>
    public Task Attached => _attached.Task;

    /// <summary>Ends with an exit code when the worker wants to end: drained, refused, or nobody there.</summary>
    public Task<int> Ending => _ending.Task;

    public void SetAttached() => _attached.TrySetResult();

    public void End(int exitCode) => _ending.TrySetResult(exitCode);

    public void GiveUpAttaching() => _attached.TrySetCanceled();
}
