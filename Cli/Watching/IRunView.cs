using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>Shows a run to somebody while it goes on.</summary>
internal interface IRunView
{
    /// <summary>Reads the events to their end. Reading them is what changes the board.</summary>
    /// <param name="updates">What happens.</param>
    /// <param name="board">The run as it is known now; may be asked from any thread, while an event is read too.</param>
    Task ShowAsync(IAsyncEnumerable<RunUpdate> updates, Func<RunBoard> board);
}

/// <summary>One event, and the rounds that are complete by it.</summary>
/// <param name="Event">Null after the end of the run, for the rounds that were still waiting.</param>
/// <param name="Completed">In order; each round comes once.</param>
internal sealed record RunUpdate(RunEvent? Event, IReadOnlyList<RoundReport> Completed);
