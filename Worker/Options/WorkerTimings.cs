using System.Security.Cryptography;

namespace Federated.Worker.Options;

/// <summary>How long things may take and how often they are tried. Not for users: the defaults fit loopback and the internet.</summary>
internal sealed record WorkerTimings
{
    /// <value>Between Hellos while no coordinator has answered.</value>
    public Backoff Hello { get; init; } = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(4));

    /// <value>How long after a Welcome a run is kept that the coordinator says nothing of.</value>
    public TimeSpan ForgetRun { get; init; } = TimeSpan.FromMinutes(10);

    /// <value>Between log lines about a coordinator that does not answer.</value>
    public TimeSpan StillLooking { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>How long the worker's cluster may be without a coordinator, or with one out of reach, before the worker starts anew. A coordinator that
    /// is started again at its
    /// address within it finds the worker where it was.</value>
    public TimeSpan CoordinatorLost { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>Between tries to deliver a result; it is tried until somebody takes or cancels it.</value>
    public Backoff Delivery { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10));

    /// <value>Between tries to fetch parameters.</value>
    public Backoff Fetch { get; init; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));

    /// <value>Tries to fetch parameters before the tasks that wait for them fail. With the delays above, 10 tries outlast a standby's
    /// takeover.</value>
    public int FetchTries { get; init; } = 10;

    /// <value>Longest single call that moves parameters or an update.</value>
    public TimeSpan Transfer { get; init; } = TimeSpan.FromMinutes(10);

    /// <value>Source of jitter, uniform in [0, 1), safe from any thread. It touches nothing that a run's result depends on.</value>
    public Func<double> Jitter { get; init; } = static () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);
}
