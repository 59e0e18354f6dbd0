namespace Federated.Core.Metrics;

/// <summary>Adds up the parts of an evaluation in the order of their positions, whatever the order in which they come: so the last bits do not depend on timing. What
/// can be added is added at once, so that only parts that came too early are held. Not thread-safe.</summary>
/// <param name="parts">How many there are.</param>
public sealed class SumsInOrder(int parts)
{
    private readonly SortedDictionary<int, EvaluationSums?> _early = [];
    private EvaluationSums _total = EvaluationSums.None;
    private int _next;

    /// <value>Parts that were added.</value>
    public int Count { get; private set; }

    /// <value>The sum of the parts so far.</value>
    public EvaluationSums Total => _early.Values.OfType<EvaluationSums>().Aggregate(_total, EvaluationSums.Add);

    /// <summary>Adds a part.</summary>
    /// <param name="position">0-based; each comes once.</param>
    /// <param name="sums">Its sums.</param>
    public void Add(int position, EvaluationSums sums)
    {
        Count++;
        Take(position, sums);
    }

    /// <summary>A part will not come.</summary>
    /// <param name="position">0-based; it has not come.</param>
    public void Skip(int position) => Take(position, null);

    private void Take(int position, EvaluationSums? sums)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, _next);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, parts);
        _early.Add(position, sums);
        while (_early.Remove(_next, out var next))
        {
            if (next is not null) _total += next;
            _next++;
        }
    }
}
