namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>One whole tree of tree aggregation (DP-FTRL; Kairouz et al. 2021, arXiv:2103.00039): the sums of all prefixes of a stream of cohort sums, each
/// node of a binary tree noised once with z = σ / C. It needs no sampling. Neighbours: <see cref="Adjacency.AddOrRemoveOne"/> in its "zero-out" reading.</summary>
/// <remarks>
/// The release of all nodes is one Gaussian mechanism whose sensitivity squared (in units of C²) is the sum over the nodes of (how often one unit is
/// below the node)²; with one participation that is the number of levels, floor(log2(leaves)) + 1 (the paper's Theorem 4.1). With restarts each tree is an event of its own:
/// with one participation a tree, E epochs are the event counted E times (appendix D.2.1). Without restarts one tree spans several participations:
/// <see cref="SquaredSensitivity"/> bounds them level by level (appendix D.2.2 gives the exact maximum, which is at most this).
/// </remarks>
public sealed record TreeEvent : PrivacyEvent
{
    /// <summary>One tree.</summary>
    /// <param name="noiseMultiplier">z = σ / C of each node, at least 0.</param>
    /// <param name="leaves">Steps (rounds) below the tree, at least 1.</param>
    /// <param name="participations">k: in how many of them one unit may take part, in 1..leaves.</param>
    /// <param name="separation">b: least distance in steps between two participations of one unit, at least 1. (k - 1) b + 1 must not exceed the leaves.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public TreeEvent(double noiseMultiplier, long leaves, long participations = 1, long separation = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leaves, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(participations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(separation, 1);
        if ((Int128)(participations - 1) * separation >= leaves)
            throw new ArgumentOutOfRangeException(nameof(participations), participations, $"{leaves} steps have no room for so many participations {separation} apart.");
        (NoiseMultiplier, Leaves, Participations, Separation) = (CheckedMultiplier(noiseMultiplier), leaves, participations, separation);
    }

    /// <value>z = σ / C.</value>
    public double NoiseMultiplier { get; }

    /// <value>Steps below the tree.</value>
    public long Leaves { get; }

    /// <value>k.</value>
    public long Participations { get; }

    /// <value>b.</value>
    public long Separation { get; }

    /// <inheritdoc/>
    public override Adjacency Adjacency => Adjacency.AddOrRemoveOne;

    /// <value>Upper bound of the squared L2 sensitivity of all nodes together, in units of C².</value>
    internal double SquaredSensitivity
    {
        get
        {
            // On the level of nodes of 2^h leaves a node holds at most c participations; k of them give the largest sum of squares when they crowd.
            var sum = 0.0;
            for (Int128 width = 1; width <= Leaves; width *= 2)
            {
                var most = (long)Int128.Min(Participations, (width + Separation - 1) / Separation);
                var (full, rest) = Math.DivRem(Participations, most);
                sum += (double)full * most * most + (double)rest * rest;
            }
            return sum;
        }
    }

    /// <value>σ / sensitivity of all nodes together.</value>
    internal double NoiseToSensitivity => NoiseMultiplier / Math.Sqrt(SquaredSensitivity);
}
