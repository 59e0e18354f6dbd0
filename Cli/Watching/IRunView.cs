using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>Shows a run to somebody while it goes on.</summary>
internal interface IRunView
{
    /// <summary>Reads the events to their end. Reading them is what updates the board.</summary>
    Task ShowAsync(IAsyncEnumerable<RunUpdate> updates, RunBoard board);
}

/// <summary>One event, and the rounds that are complete by it.</summary>
/// <param name="Event">Null after the end of the run, for the rounds that were still waiting.</param>
/// <param name="Completed">In order; each round comes once.</param>
internal sealed record RunUpdate(RunEvent? Event, IReadOnlyList<RoundReport> Completed);
