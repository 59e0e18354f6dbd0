using Akka.Actor;
using Federated.V1;

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
    /// <value>True where only a worker that was given a client's task may deliver for it.</value>
    public bool ChecksWorkers { get; init; }

    /// <summary>May this task upload? <see cref="UploadPermit"/>, or <see cref="RefusedOffer"/>.</summary>
    public object Begin(BeginUpload begin)
    {
        if (round.WhyNot(begin.Id, examples: 1) is not { } refused) return permit;
        clients.Note(begin.Id, refused);
        return refused;
    }

    /// <summary>An upload was refused by its content: its client has failed, where it was still waited for.</summary>
    public void Rejected(UploadRejected rejected)
    {
        if (round.WhyNot(rejected.Id, examples: 1) is null) round.ClientFailed(rejected.Id.Client, rejected.Reason, rejected.Detail);
        else clients.Note(rejected.Id, new(rejected.Reason, rejected.Detail));
    }

    /// <summary>May this update be taken? Where it may not, it is refused, and its buffer given back.</summary>
    public bool Admits(OfferUpdate offer, IActorRef sender)
    {
        var id = offer.Header.Id;
        if (round.WhyNot(id, offer.Header.Examples) is { } refused)
        {
            clients.Note(id, refused);
            Offers.Refuse(offer, sender, refused.Reason, refused.Detail);
            return false;
        }
        if (ChecksWorkers && !clients.HasAsked(id.Client))
        {
            // A round that begins again: whoever has the result is heard when it is given the task again.
            Offers.Refuse(offer, sender, Refusal.NotActive, "The round begins again; try again.");
            return false;
        }
        if (ChecksWorkers && !clients.HasAsked(id.Client, offer.Header.Worker))
        {
            // Its name is where the client's next task will go.
            var foreign = new RefusedOffer(Refusal.Malformed, $"The update is of worker '{offer.Header.Worker}', which was not given the task of client '{id.Client}'.");
            clients.Note(id, foreign);
            Offers.Refuse(offer, sender, foreign.Reason, foreign.Detail);
            return false;
        }
        return true;
    }

    /// <summary>Takes in what a worker reports of a train task: that it failed, for all else is an update.</summary>
    public Verdict Report(TaskReport report)
    {
        if (round.WhyNot(report.Id, examples: 1) is { } refused) return new() { Refused = refused.Reason, Detail = refused.Detail };
        if (report.OutcomeCase != TaskReport.OutcomeOneofCase.Failure) return new() { Refused = Refusal.Malformed, Detail = "A train task reports only failures." };
        var (client, failure) = (report.Id.Client, report.Failure);
        if (!(failure.OnlyHere && round.AskAnother(client, failure.Reason))) round.ClientFailed(client, Refusal.Unspecified, failure.Reason);
        return Offers.Taken;
    }
}
