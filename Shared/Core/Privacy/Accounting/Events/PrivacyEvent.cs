namespace Federated.Core.Privacy.Accounting.Events;

/// <summary>One release of something noised: what an accountant must know of it. Immutable; checked where it is made, so that one that exists makes
/// sense. Noise multipliers are z = σ / C throughout: standard deviation of the noise of the whole sum, divided by the bound C on the norm of one unit's
/// contribution, whatever the adjacency. 0 stands for no noise: the guarantee's epsilon is then infinite, and says so.</summary>
public abstract record PrivacyEvent
{
    private protected PrivacyEvent()
    {
    }

    /// <value>The neighbours that the event's numbers speak of.</value>
    public abstract Adjacency Adjacency { get; }

    /// <summary>How far one unit can move a sum of vectors of norm at most 1.</summary>
    private protected static double Reach(Adjacency adjacency) => adjacency switch
    {
        Adjacency.AddOrRemoveOne => 1,
        Adjacency.ReplaceOne => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(adjacency), adjacency, "Unknown adjacency."),
    };

    private protected static double CheckedMultiplier(double z) => double.IsFinite(z) && z >= 0
        ? z
        : throw new ArgumentOutOfRangeException(nameof(z), z, "A noise multiplier must be at least 0 and finite.");
}
