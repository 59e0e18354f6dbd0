using Akka.Actor;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

/// <summary>A round as its intake sees it.</summary>
internal interface ITakesUpdates
{
    /// <summary>Why nothing that a task made is taken now; null when it may be.</summary>
    /// <param name="id">The task.</param>
    /// <param name="examples">What its result rests on.</param>
    RefusedOffer? WhyNot(TaskId id, ulong examples);

    /// <summary>The client's worker would not do its task. False where nobody else is asked: then the client has failed.</summary>
    bool AskAnother(string client, string reason);

    /// <summary>The client will not deliver.</summary>
    void ClientFailed(string client, Refusal refused, string reason);
}

/// <summary>What a round answers to those who upload and report: the checks and answers that every kind of round has, while what follows from them is the round's own. Belongs to one actor.</summary>
/// <param name="round">The round.</param>
/// <param name="clients">Whom it asked; problems are noted here.</param>
/// <param name="permit">What an upload must be.</param>
internal sealed class UpdateIntake(ITakesUpdates round, RoundClients clients, UploadPermit permit)
{
    /// <value>How many examples a client has; 0 where that is not known.</value>
    public Func<string, long> SizeOf { get; init; } = static _ => 0;

    /// <value>What a header lacks that the job asks for; null where nothing.</value>
    public Func<UploadHeader, RefusedOffer?> Lacks { get; init; } = static _ => null;

    /// <summary>May this task upload? <see cref="UploadPermit"/>, or <see cref="RefusedOffer"/>.</summary>
    public object Begin(BeginUpload begin) => WhyNot(begin.Id, begin.Ticket, examples: 1) is { } refused ? Noted(begin.Id, refused) : permit;

    /// <summary>An upload was refused by its content: its client has failed, where it was still waited for.</summary>
    public void Rejected(UploadRejected rejected)
    {
        if (round.WhyNot(rejected.Id, examples: 1) is null) round.ClientFailed(rejected.Id.Client, rejected.Reason, rejected.Detail);
        else clients.Note(rejected.Id, new(rejected.Reason, rejected.Detail));
    }

    /// <summary>May this update be taken? Where it may not, it is refused, and its buffer given back.</summary>
    public bool Admits(OfferUpdate offer, IActorRef sender)
    {
        var header = offer.Header;
        if ((WhyNot(header.Id, header.Ticket, header.Examples) ?? Lacks(header)) is { } refused)
        {
            Offers.Refuse(offer, sender, refused.Reason, Noted(header.Id, refused).Detail);
            return false;
        }
        if (SizeOf(header.Id.Client) is > 0 and var size && header.Examples > (ulong)size)
        {
            // Updates weigh by them. It is of the worker that has the task, so nothing else will come.
            var detail = $"The update claims to rest on {header.Examples} examples, and client '{header.Id.Client}' has {size}.";
            Offers.Refuse(offer, sender, Refusal.Malformed, detail);
            round.ClientFailed(header.Id.Client, Refusal.Malformed, detail);
            return false;
        }
        return true;
    }

    /// <summary>Takes in what a worker reports of a train task: that it failed, for all else is an update.</summary>
    public Verdict Report(TaskReport report)
    {
        if (WhyNot(report.Id, report.Ticket, examples: 1) is { } refused) return refused.ToVerdict();
        if (report.OutcomeCase != TaskReport.OutcomeOneofCase.Failure) return new() { Refused = Refusal.Malformed, Detail = "A train task reports only failures." };
        var (client, failure) = (report.Id.Client, report.Failure);
        if (!(failure.OnlyHere && round.AskAnother(client, failure.Reason))) round.ClientFailed(client, Refusal.Unspecified, failure.Reason);
        return Offers.Taken;
    }

    private RefusedOffer? WhyNot(TaskId id, ByteString ticket, ulong examples) => round.WhyNot(id, examples) ?? clients.WhyNot(id, ticket);

    private RefusedOffer Noted(TaskId id, RefusedOffer refused)
    {
        clients.Note(id, refused);
        return refused;
    }
}
