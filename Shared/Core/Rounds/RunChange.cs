using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Rounds;

/// <summary>What happened in a run. A run's state is the fold of its changes, so a journal of them is enough to bring it back.</summary>
public abstract record RunChange
{
    private RunChange()
    {
    }

    /// <summary>Its turn came.</summary>
    public sealed record Started : RunChange;

    /// <summary>Initial parameters and data are known.</summary>
    /// <param name="ParametersHash">Of the initial parameters.</param>
    /// <param name="Clients">placement shared: the clients with examples, in the data's order; empty with placement local.</param>
    /// <param name="TestExamples">Size of the central test set, 0 without one.</param>
    public sealed record Initialised(string ParametersHash, ImmutableArray<ClientShare> Clients, long TestExamples) : RunChange;

    /// <summary>An attempt of the next round began.</summary>
    public sealed record RoundOpened(int Round, int Attempt) : RunChange;

    /// <summary>The round's parameters are the run's.</summary>
    /// <param name="Round">Which.</param>
    /// <param name="ParametersHash">Of the new parameters.</param>
    /// <param name="Measured">True when an evaluation of them was asked for.</param>
    public sealed record RoundCommitted(int Round, string ParametersHash, bool Measured) : RunChange;

    /// <summary>The open attempt is given up.</summary>
    public sealed record RoundFailed(int Round, int Attempt, string Reason) : RunChange;

    /// <summary>The parameters after a round were measured; null when that could not be done.</summary>
    public sealed record Evaluated(int Round, MetricSums? Sums) : RunChange;

    /// <summary>Somebody ended the run.</summary>
    public sealed record Stopped(string Reason) : RunChange;

    /// <summary>The run cannot go on.</summary>
    public sealed record Failed(string Reason) : RunChange;

    /// <summary>The run has done what was asked.</summary>
    /// <param name="Reason">The stop rule that ended it before its last round, or "".</param>
    public sealed record Completed(string Reason) : RunChange;
}

/// <summary>A client and the size of its partition.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Examples">Training examples; 0 when unknown.</param>
public sealed record ClientShare(string Id, long Examples);
