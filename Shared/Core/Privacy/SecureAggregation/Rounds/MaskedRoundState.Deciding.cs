using System.Collections.Immutable;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <content>When a phase is over, and whether the attempt can still succeed.</content>
public sealed partial record MaskedRoundState
{
    /// <summary>What to do now.</summary>
    public MaskedDecision Decide() => Phase switch
    {
        MaskedPhase.Training => DecideTraining(),
        MaskedPhase.Sharing => DecideSharing(),
        MaskedPhase.Masking => DecideMasking(),
        MaskedPhase.Confirming => DecideConfirming(),
        MaskedPhase.Unmasking => DecideUnmasking(),
        _ => Continue,
    };

    /// <summary>To the next phase, with a deadline that has not passed. Those who were missing are out.</summary>
    /// <param name="graphSeed">Of the graph's permutation; used on the way from Training to Sharing only, from a cryptographic source.</param>
    /// <exception cref="InvalidOperationException"><see cref="Decide"/> does not say Advance.</exception>
    public MaskedRoundState Advance(ulong graphSeed = 0)
    {
        if (Decide().Verdict != MaskedVerdict.Advance) throw new InvalidOperationException($"The phase {Phase} of round {Context.Round} is not over.");
        var next = this with { Expired = false };
        return Phase switch
        {
            MaskedPhase.Training => next with
            {
                Phase = MaskedPhase.Sharing,
                Members = NoClients.Union(Advertised.Keys),
                Graph = MaskingGraph.Build(MaskingGraph.Choose(Advertised.Count, Rules), graphSeed),
            },
            MaskedPhase.Sharing => next with { Phase = MaskedPhase.Masking, Sharers = Supported(Shared.Keys) },
            MaskedPhase.Masking => next with { Phase = Rules.Identities ? MaskedPhase.Confirming : MaskedPhase.Unmasking },
            MaskedPhase.Confirming => next with { Phase = MaskedPhase.Unmasking },
            _ => next with { Phase = MaskedPhase.Aggregating },
        };
    }

    private static MaskedDecision Continue => new(MaskedVerdict.Continue, "");

    private static MaskedDecision Next => new(MaskedVerdict.Advance, "");

    // In the complete graph nobody is opened without t others, so that as many are needed. In a sparse one it depends on who they are; one that was worked out promises to hold those who stay together for so many drop-outs and no more.
    private int Needed => Graph!.Shape.Complete ? Math.Max(Rules.Minimum, Graph.Shape.Threshold)
        : Rules.Neighbours is null ? Math.Max(Rules.Minimum, Members.Count - GraphBounds.Part(Members.Count, Rules.DropOut))
        : Rules.Minimum;

    private MaskedDecision DecideTraining()
    {
        if (Advertised.Count >= Wanted) return Next;
        var possible = Expired ? Advertised.Count : Advertised.Count + Missing.Count();
        if (possible < Rules.Needed) return TooFew("have trained", possible, Rules.Needed);
        return Expired || possible == Advertised.Count ? Next : Continue;
    }

    private MaskedDecision DecideSharing()
    {
        var possible = Supported(Expired ? Shared.Keys : Shared.Keys.Concat(Missing));
        if (possible.Count < Needed) return TooFew("have shared their keys' shares with enough others", possible.Count, Needed);
        return Expired || !Missing.Any() ? Next : Continue;
    }

    private MaskedDecision DecideMasking()
    {
        var waiting = Expired ? [] : Missing;
        var possible = Masked.Union(Folding).Union(waiting);
        if (possible.Count < Needed) return TooFew("have masked", possible.Count, Needed);
        if (Unopened(possible, possible) is { } lost) return Lost(lost);
        return Folding.IsEmpty && (Expired || !Missing.Any()) ? Next : Continue;
    }

    private MaskedDecision DecideConfirming()
    {
        var possible = NoClients.Union(Confirmed.Keys).Union(Expired ? [] : Missing);
        if (possible.Count < Needed) return TooFew("confirm the list of survivors", possible.Count, Needed);
        return Expired || !Missing.Any() ? Next : Continue;
    }

    private MaskedDecision DecideUnmasking()
    {
        var revealed = NoClients.Union(Revealed.Keys);
        // Nothing is gained by waiting for more shares than open everything.
        if (Unopened(Masked, revealed) is not { } lacking) return Next;
        return Expired ? Lost(lacking) : Unopened(Masked, revealed.Union(Missing)) is { } lost ? Lost(lost) : Continue;
    }

    // The first client whose secret these holders cannot open: that of each survivor, and of each drop-out that a survivor has masked with.
    private string? Unopened(ImmutableSortedSet<string> survivors, ImmutableSortedSet<string> holders)
    {
        var (t, complete) = (Graph!.Shape.Threshold, Graph.Shape.Complete);
        if (complete) return holders.Count >= t ? null : survivors[0];
        var (stayed, holding) = (Graph.CountsAround(Flags(survivors)), Graph.CountsAround(Flags(holders)));
        foreach (var client in Sharers)
        {
            var index = IndexOf(client);
            if (stayed[index] > 0 && holding[index] < t) return client;
        }
        return null;
    }

    // The largest subset in which everybody has t holders: shares that nobody could use are as good as none, and taking one client out may leave another with too few.
    private ImmutableSortedSet<string> Supported(IEnumerable<string> clients)
    {
        var supported = NoClients.Union(clients);
        var t = Graph!.Shape.Threshold;
        if (Graph.Shape.Complete) return supported.Count >= t ? supported : NoClients;
        for (; ; )
        {
            var holders = Graph.CountsAround(Flags(supported));
            var kept = supported.Where(client => holders[IndexOf(client)] >= t).ToArray();
            if (kept.Length == supported.Count) return supported;
            supported = NoClients.Union(kept);
        }
    }

    private bool[] Flags(ImmutableSortedSet<string> clients)
    {
        var flags = new bool[Members.Count + 1];
        foreach (var client in clients) flags[IndexOf(client)] = true;
        return flags;
    }

    private MaskedDecision TooFew(string what, int count, int needed) =>
        new(MaskedVerdict.Fail, $"{count} clients {what}{(Expired ? " at the deadline" : " or still can")}, of at least {needed}; nothing was unmasked{LastFailure()}");

    private MaskedDecision Lost(string client) =>
        new(MaskedVerdict.Fail, $"too few clients hold shares of client '{client}'{(Expired ? " at the deadline" : "")}, of at least {Graph!.Shape.Threshold}; nothing was unmasked{LastFailure()}");

    private string LastFailure() => Failures.IsEmpty ? "." : $"; client '{Failures.Keys.First()}': {Failures.Values.First()}";
}
