using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Randomness;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What is done to a cluster and when: a pure function of a seed and a spec, the same on every platform, so that a schedule that found an
/// error is run again from its seed. Actions are taken in order; each waits for its own moment.</summary>
/// <param name="Seed">Decides every draw.</param>
/// <param name="Actions">In the order in which they are taken.</param>
internal sealed record ChaosSchedule(ulong Seed, ImmutableArray<ChaosAction> Actions)
{
    /// <summary>Draws a schedule. Kills come at points of rounds, so that they hit every phase that is asked for; pauses and cuts come some time
    /// after the action before them.</summary>
    /// <exception cref="ArgumentException">The spec asks for actions without a target or a moment for them.</exception>
    public static ChaosSchedule Draw(ulong seed, ChaosSpec spec)
    {
        spec.Check();
        var random = new RandomStream(SeedTree.Derive(seed, "chaos"));
        var points = Points(random, spec);
        var actions = points.Select(point => new ChaosAction(ChaosKind.Kill, Pick(random, spec.KillTargets), point, TimeSpan.Zero)).ToList();
        var disturbances = Enumerable.Repeat((Kind: ChaosKind.Pause, Targets: spec.PauseTargets), spec.Pauses)
            .Concat(Enumerable.Repeat((Kind: ChaosKind.Cut, Targets: spec.CutTargets), spec.Cuts));
        foreach (var (kind, targets) in disturbances)
        {
            var moment = new ChaosMoment.After(Span(random, TimeSpan.Zero, spec.LongestDelay));
            var action = new ChaosAction(kind, Pick(random, targets), moment, Span(random, spec.ShortestSpan, spec.LongestSpan));
            actions.Insert(random.Next(actions.Count + 1), action);
        }
        return new(seed, [.. actions]);
    }

    /// <summary>The seed, then one line an action.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"chaos seed {Seed}")
        + string.Concat(Actions.Select((action, index) => $"\n{index + 1,3}. {action}"));

    // Every phase once, then any of them; no point twice, since a process that is killed there comes by again.
    private static IEnumerable<ChaosMoment.At> Points(RandomStream random, ChaosSpec spec)
    {
        var phases = spec.Phases.ToArray();
        random.Shuffle<string>(phases);
        var drawn = new HashSet<(int Round, int Phase)>();
        for (var kill = 0; drawn.Count < Math.Max(spec.Kills, spec.Phases.Length); kill++)
        {
            var phase = kill < phases.Length ? spec.Phases.IndexOf(phases[kill]) : random.Next(phases.Length);
            drawn.Add((1 + random.Next(spec.Rounds), phase));
        }
        return drawn.Order().Select(point => new ChaosMoment.At(point.Round, spec.Phases[point.Phase]));
    }

    private static string Pick(RandomStream random, ImmutableArray<string> targets) => targets[random.Next(targets.Length)];

    private static TimeSpan Span(RandomStream random, TimeSpan shortest, TimeSpan longest) =>
        shortest + TimeSpan.FromMilliseconds(random.Next((int)(longest - shortest).TotalMilliseconds + 1));
}

/// <summary>What a schedule is drawn from.</summary>
internal sealed record ChaosSpec
{
    /// <value>Rounds in which kills may come: 1 to this.</value>
    public required int Rounds { get; init; }

    /// <value>Phases of a round in their order, each of which at least one kill hits; as whoever plays the schedule names them.</value>
    public required ImmutableArray<string> Phases { get; init; }

    /// <value>Least number of kills, at most one a phase of a round; there are never fewer than phases.</value>
    public int Kills { get; init; }

    /// <value>Who may be killed.</value>
    public ImmutableArray<string> KillTargets { get; init; } = [];

    /// <value>Number of pauses.</value>
    public int Pauses { get; init; }

    /// <value>Who may be paused.</value>
    public ImmutableArray<string> PauseTargets { get; init; } = [];

    /// <value>Number of cuts.</value>
    public int Cuts { get; init; }

    /// <value>Links that may be cut.</value>
    public ImmutableArray<string> CutTargets { get; init; } = [];

    /// <value>Longest time from the action before to a pause or cut. Default 2 s.</value>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>Shortest pause or cut. Default 100 ms.</value>
    public TimeSpan ShortestSpan { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <value>Longest pause or cut. Default 2 s.</value>
    public TimeSpan LongestSpan { get; init; } = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentException">It asks for actions without a target or a moment for them.</exception>
    public void Check()
    {
        if (Phases.Distinct(StringComparer.Ordinal).Count() != Phases.Length) throw new ArgumentException("A phase is named twice.");
        if (Math.Max(Kills, Phases.Length) is var kills && kills > Rounds * Phases.Length)
            throw new ArgumentException($"{kills} kills do not fit {Phases.Length} phases of {Rounds} rounds.");
        if (kills > 0 && KillTargets.IsEmpty) throw new ArgumentException("There are kills and nobody to be killed.");
        if (Pauses > 0 && PauseTargets.IsEmpty) throw new ArgumentException("There are pauses and nobody to be paused.");
        if (Cuts > 0 && CutTargets.IsEmpty) throw new ArgumentException("There are cuts and no link to be cut.");
        if (LongestDelay < TimeSpan.Zero || ShortestSpan < TimeSpan.Zero || LongestSpan < ShortestSpan)
            throw new ArgumentException("A longest time is below the shortest.");
    }
}
