using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>The tasks of one attempt of a round: what they are called, what they say, and which workers they can go to. Immutable.</summary>
internal sealed class RoundTasks(RoundPlan plan)
{
    private readonly ImmutableDictionary<string, long> _sizes = plan.Clients.ToImmutableDictionary(client => client.Id, client => client.Examples, StringComparer.Ordinal);

    /// <value>True where a client's data is with the worker that announces it.</value>
    public bool AreLocal => plan.Job.Data.Placement == Placement.Local;

    /// <summary>Examples of a client; 0 where the data does not say.</summary>
    public long SizeOf(string client) => _sizes.GetValueOrDefault(client);

    public TaskKey KeyOf(string client) => new(plan.Run, TaskPurpose.Train, plan.Round, plan.Attempt, client);

    /// <summary>The worker that has the client's state; "" where its task can go to others.</summary>
    public string HomeOf(string client) => AreLocal ? "" : plan.Homes?.Of(client)?.Worker ?? "";

    /// <summary>A client as the selection sees it.</summary>
    public Candidate CandidateOf(string client, Roster roster) => plan.CandidateOf(client, _sizes, roster);

    /// <summary>The client's task.</summary>
    /// <param name="client">Who.</param>
    /// <param name="parameters">What it starts from.</param>
    /// <param name="refusers">Workers that would not do it.</param>
    public TaskOrder OrderOf(string client, ParameterVector parameters, ImmutableHashSet<string> refusers)
    {
        var reference = new ParametersRef { Sha256 = parameters.Hash, SchemaHash = parameters.Schema.Hash, Count = (ulong)parameters.Schema.Count };
        return new(new(KeyOf(client), SizeOf(client))
        {
            Local = AreLocal,
            Home = HomeOf(client),
            // A round that begins again knows its clients before their workers are back.
            Patient = AreLocal && plan.Reopened is not null,
            Avoid = refusers,
        }, reference)
        { StateRound = plan.Homes?.Of(client)?.Round ?? 0 };
    }

    /// <summary>The homes of clients that wait for a worker which is not there, one for each of them.</summary>
    public string[] AbsentHomes(IEnumerable<string> clients, Roster roster) =>
        [.. clients.Select(HomeOf).Where(home => home.Length > 0 && !roster.Names.Contains(home))];

    /// <summary>Why a client had not delivered at the deadline.</summary>
    /// <param name="client">Who.</param>
    /// <param name="worker">Who was given its task; "" for nobody.</param>
    public string WhyLate(string client, string worker) => HomeOf(client) is { Length: > 0 } home && worker.Length == 0
        ? $"worker '{home}', which has its state, was not there by the deadline."
        : "no update by the deadline.";
}
