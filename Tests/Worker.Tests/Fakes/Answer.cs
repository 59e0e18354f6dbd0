namespace Federated.Worker.Tests.Fakes;

/// <summary>The answer to a call, given by the test. Whoever awaits it has got it when the method returns: then a message to the same actor comes
/// after it.</summary>
internal sealed class Answer<T>
{
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public void Give(T value) => Inline(() => _source.SetResult(value));

    public void Fail(Exception error) => Inline(() => _source.SetException(error));

    // Continuations run inside SetResult only where there is no synchronization context; xunit has one.
    private static void Inline(Action action)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
