using System.Globalization;

namespace Federated.Cluster.Tests.Faults;

/// <summary>One thing that is done to a cluster.</summary>
/// <param name="Kind">What.</param>
/// <param name="Target">To whom: the name of a process or of a link.</param>
/// <param name="When">When.</param>
/// <param name="For">How long, for a pause or cut; zero for a kill.</param>
internal sealed record ChaosAction(ChaosKind Kind, string Target, ChaosMoment When, TimeSpan For)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()} {Target} {When}")
        + (Kind == ChaosKind.Kill ? "" : string.Create(CultureInfo.InvariantCulture, $", for {For.TotalSeconds:0.000} s"));
}

/// <summary>What can be done.</summary>
internal enum ChaosKind
{
    /// <summary>A process is killed, and started again by its supervisor.</summary>
    Kill,

    /// <summary>A process is stopped for a while.</summary>
    Pause,

    /// <summary>A link is a black hole for a while.</summary>
    Cut,
}

/// <summary>When something is done.</summary>
internal abstract record ChaosMoment
{
    private ChaosMoment()
    {
    }

    /// <summary>Some time after the action before.</summary>
    public sealed record After(TimeSpan Delay) : ChaosMoment
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"after {Delay.TotalSeconds:0.000} s");
    }

    /// <summary>When a round is seen in a phase, or beyond.</summary>
    public sealed record At(int Round, string Phase) : ChaosMoment
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"at round {Round} {Phase}");
    }
}
