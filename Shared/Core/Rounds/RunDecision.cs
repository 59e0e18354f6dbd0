namespace Federated.Core.Rounds;

/// <summary>Steps that a run can take next.</summary>
public enum RunStep
{
    /// <summary>Nothing until something else happens.</summary>
    Wait,

    /// <summary>Ask a worker for initial parameters.</summary>
    Initialise,

    /// <summary>Open an attempt of a round.</summary>
    OpenRound,

    /// <summary>The run is done.</summary>
    Complete,

    /// <summary>The run cannot go on.</summary>
    Fail,
}

/// <summary>What a run does next.</summary>
/// <param name="Step">What.</param>
/// <param name="Round">The round to open; else 0.</param>
/// <param name="Attempt">The attempt to open; else 0.</param>
/// <param name="Reason">Why it ends; else "".</param>
public readonly record struct RunDecision(RunStep Step, int Round = 0, int Attempt = 0, string Reason = "");
