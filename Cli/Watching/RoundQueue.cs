using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>Hands out each round once, in order, when nothing more will come for it. An evaluation arrives after its round, often when the next one is under way:
/// a round waits for the evaluation that it is due, but never behind a later round that has its own.</summary>
/// <param name="evaluateEvery">The job's evaluation.every, at least 1. The last round is evaluated always.</param>
internal sealed class RoundQueue(int evaluateEvery)
{
    private readonly SortedDictionary<uint, RoundReport> _waiting = [];
    private uint _handedOut;

    /// <summary>The first round that was not handed out.</summary>
    public uint Next => _handedOut + 1;

    /// <summary>Takes in a report, and gives back the rounds that became complete.</summary>
    /// <param name="report">A round, perhaps for the second time.</param>
    /// <param name="rounds">Rounds that the job asks for.</param>
    public IReadOnlyList<RoundReport> Add(RoundReport report, uint rounds)
    {
        if (report.Round <= _handedOut) return [];
        _waiting[report.Round] = report;
        var lastEvaluated = _waiting.Values.Where(round => round.Evaluation is not null).Select(round => round.Round).DefaultIfEmpty(0u).Max();
        return TakeWhile(round => round.Round <= lastEvaluated || (round.Round % evaluateEvery != 0 && round.Round != rounds));
    }

    /// <summary>The run has ended: gives back what is left.</summary>
    public IReadOnlyList<RoundReport> Finish() => TakeWhile(_ => true);

    private List<RoundReport> TakeWhile(Func<RoundReport, bool> complete)
    {
        var taken = _waiting.Values.TakeWhile(complete).ToList();
        foreach (var round in taken)
        {
            _waiting.Remove(round.Round);
            _handedOut = round.Round;
        }
        return taken;
    }
}
