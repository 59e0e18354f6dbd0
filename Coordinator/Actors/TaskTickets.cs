using System.Collections.Immutable;
using System.Security.Cryptography;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

/// <summary>Which workers were given a step's tasks, and the tickets by which they are known. Belongs to one actor.</summary>
/// <remarks>Nothing of it is durable: a step that begins again hears nobody whom it has not asked again, and whoever has a result sends it again when it is.</remarks>
internal sealed class TaskTickets
{
    private readonly Dictionary<(string Client, int Slice), ImmutableList<TaskAssigned>> _given = [];   // in the order in which they were given

    /// <summary>A worker has the task. Its earlier ticket for it is worth nothing any more, since another process may have the worker's name by now.</summary>
    public void Give(TaskAssigned assigned)
    {
        var part = (assigned.Key.Client, assigned.Key.Slice);
        _given[part] = Of(part).RemoveAll(earlier => earlier.Key != assigned.Key || earlier.Worker == assigned.Worker).Add(assigned);
    }

    /// <summary>The worker that has the client's task, or had it last; "" where none had.</summary>
    public string WorkerOf(string client, int slice = 0) => Of((client, slice)) is [.., var last] ? last.Worker : "";

    /// <summary>The worker that shows the ticket; null where the ticket is not one of the task. One that the task was taken from may only be slow.</summary>
    public string? HolderOf(TaskId id, ByteString ticket) => Of(PartOf(id)).Find(given => given.Key == id.ToKey() && IsSame(given.Ticket, ticket))?.Worker;

    /// <summary>Why whoever shows the ticket is not heard; null when it is.</summary>
    public RefusedOffer? WhyNot(TaskId id, ByteString ticket) =>
        Of(PartOf(id)).IsEmpty ? new(Refusal.NotActive, "The task has not been handed out yet; try again.")
        : HolderOf(id, ticket) is null ? new(Refusal.WrongTicket, $"The ticket is none that this coordinator gave out with the task{(id.Client.Length > 0 ? $" of client '{id.Client}'" : "")}.")
        : null;

    /// <summary>The client's task is over.</summary>
    public void Forget(string client) => _given.Remove((client, 0));

    private ImmutableList<TaskAssigned> Of((string, int) part) => _given.GetValueOrDefault(part, []);

    private static (string, int) PartOf(TaskId id) => (id.Client, (int)id.Slice);

    private static bool IsSame(ByteString one, ByteString other) => CryptographicOperations.FixedTimeEquals(one.Span, other.Span);
}
