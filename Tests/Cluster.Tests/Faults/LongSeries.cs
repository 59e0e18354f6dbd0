using System.Globalization;

namespace Federated.Cluster.Tests.Faults;

/// <summary>How long the series of tests is that come in any length.</summary>
internal static class LongSeries
{
    /// <value>From FEDERATED_CHAOS_SEEDS; 1 where it is not set.</value>
    public static int Seeds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FEDERATED_CHAOS_SEEDS"), CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : 1;
}
