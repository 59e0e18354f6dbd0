namespace Federated.Worker.Options;

/// <summary>Delays between tries: doubled after every failure up to a cap, each spread by a fifth either way so that many workers do not call at
/// once.</summary>
/// <param name="First">Delay after the first failure, above zero.</param>
/// <param name="Cap">Longest delay before the spread, at least <paramref name="First"/>.</param>
internal sealed record Backoff(TimeSpan First, TimeSpan Cap)
{
    /// <summary>The delay after some failures.</summary>
    /// <param name="failures">Failures in a row so far, at least 1.</param>
    /// <param name="jitter">Uniform in [0, 1).</param>
    public TimeSpan Delay(int failures, double jitter)
    {
        // 2^30 first delays are beyond any cap; more doublings would only overflow.
        var doublings = Math.Clamp(failures - 1, 0, 30);
        return Math.Min(First.TotalSeconds * Math.Pow(2, doublings), Cap.TotalSeconds) * TimeSpan.FromSeconds(0.8 + 0.4 * jitter);
    }
}
