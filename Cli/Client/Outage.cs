using Federated.Cli.Terminal;

namespace Federated.Cli.Client;

/// <summary>A time without a coordinator: told once, bridged by attempts that come more and more seldom, and given up in the end. For one caller at
/// a time.</summary>
/// <param name="environment">The clock and the spread of the attempts.</param>
/// <param name="limit">After so long it is given up.</param>
/// <param name="tell">Takes the sentence for people.</param>
internal sealed class Outage(CommandEnvironment environment, TimeSpan limit, Func<string, Task> tell)
{
    private const double LeastSeconds = 0.5;
    private const double MostSeconds = 5;
    private int _failures;
    private long _since;
    private long? _answered;

    /// <summary>Another attempt has failed: waits until the next one.</summary>
    /// <returns>False, at once, when there shall be no other.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        // Who served for so long and is away now is away for another reason.
        if (_answered is { } answered && environment.Time.GetElapsedTime(answered) >= TimeSpan.FromSeconds(MostSeconds)) End();
        _answered = null;
        if (_failures++ == 0)
        {
            _since = environment.Time.GetTimestamp();
            await tell("the coordinator is away; trying again");
        }
        if (environment.Time.GetElapsedTime(_since) >= limit) return false;
        await Task.Delay(TimeSpan.FromSeconds(Delay(_failures, environment.Jitter())), environment.Time, cancellation);
        return true;
    }

    /// <summary>A coordinator has answered. One that is gone again before it got anywhere is still the same outage.</summary>
    public void Answered() => _answered ??= environment.Time.GetTimestamp();

    /// <summary>A coordinator is at work again.</summary>
    public void End() => _failures = 0;

    /// <summary>Seconds, from 0.5 to 5; doubled with every failure, and spread so that many who lost the same coordinator do not all come back at
    /// once.</summary>
    /// <param name="failures">In a row, at least 1.</param>
    /// <param name="jitter">Uniform in [0, 1).</param>
    public static double Delay(int failures, double jitter)
    {
        var most = Math.Min(MostSeconds, LeastSeconds * Math.Pow(2, Math.Min(failures, 10)));
        var least = Math.Max(LeastSeconds, most / 2);
        return least + (most - least) * jitter;
    }
}
