using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Randomness;

namespace Federated.Core.Rounds;

/// <content>Who is asked, and when.</content>
public sealed partial record BufferState
{
    /// <value>Clients that were asked in this attempt so far: makes each draw another one.</value>
    public int Asked { get; init; }

    /// <summary>The run goes on: these tasks are not settled.</summary>
    public BufferState Resume(ImmutableSortedDictionary<string, FlightTask> inFlight) =>
        this with { Training = inFlight, Asked = inFlight.Values.Count(task => task == new FlightTask(Round, Attempt)) };

    /// <summary>Clients that take the free places, drawn uniformly by the seed from those that are not busy. Fewer, or none, where there are no more.</summary>
    /// <param name="seed">The job's.</param>
    /// <param name="clients">All that can take part, each once.</param>
    /// <param name="health">Which of them are set aside.</param>
    public ImmutableArray<string> Draw(ulong seed, IEnumerable<string> clients, ClientHealth health)
    {
        var free = Spec.Asynchronous.Concurrency - Training.Count - Drawn.Count;
        // What starts while a version is being made is a version old when it comes.
        if (free <= 0 || (Sealed && Spec.Asynchronous.MaxStaleness == 0)) return [];
        var all = clients.Order(StringComparer.Ordinal).ToArray();
        new RandomStream(SeedTree.Derive(seed, string.Create(CultureInfo.InvariantCulture, $"asked/{Attempt}/{Asked}"), Round)).Shuffle<string>(all);
        var busy = Busy;
        return [.. health.Eligible(all, Round, Minimum).Where(client => !busy.Contains(client)).Take(free).Order(StringComparer.Ordinal)];
    }

    /// <summary>These clients will be asked when that is durable.</summary>
    public BufferState WillAsk(IEnumerable<string> clients) => this with { Drawn = Drawn.Union(clients) };

    /// <summary>Those that were drawn are asked.</summary>
    public BufferState Ask()
    {
        var task = new FlightTask(Round, Attempt);
        return this with { Training = Training.SetItems(Drawn.Select(client => KeyValuePair.Create(client, task))), Asked = Asked + Drawn.Count, Drawn = NoClients };
    }

    /// <summary>semi_synchronous: the round's cohort. It is drawn, not asked yet.</summary>
    public BufferState Select(Cohort cohort) => this with { Cohort = NoClients.Union(cohort.Clients), Wanted = cohort.Wanted, Population = cohort.Of };
}
