namespace Federated.Core.Jobs;

/// <summary>Differential privacy.</summary>
public sealed record DifferentialSpec
{
    /// <value>Who adds noise, and where.</value>
    [JobField("none, or central: the coordinator adds noise to the mean of clipped updates (McMahan et al. 2018).")]
    public PrivacyMechanism Mechanism { get; init; } = PrivacyMechanism.None;
}

/// <summary>Who adds noise.</summary>
public enum PrivacyMechanism
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>The coordinator.</summary>
    Central,
}
