using System.Numerics.Tensors;
using Akka.Actor;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Updates that wait to be added to an aggregate, which happens off the actor's thread and one after the other. Belongs to one actor, which calls it from its own
/// thread only. Every buffer is released once: when it has been added, or when it is refused.</summary>
/// <param name="aggregate">What they are added to.</param>
/// <param name="algorithm">May refuse an update.</param>
/// <param name="weight">What weighs an update, above 0. Called on any thread.</param>
internal sealed class UpdateQueue(IUpdateAggregate aggregate, IFederatedAlgorithm algorithm, Func<UploadHeader, double> weight)
{
    private readonly Queue<QueuedUpdate> _waiting = new();
    private QueuedUpdate? _current;

    public void Enqueue(OfferUpdate offer, IActorRef sender) => _waiting.Enqueue(new(offer, sender));

    /// <summary>Starts on the next update unless one is being added; the actor is told <see cref="UpdateFolded"/>.</summary>
    public void FoldNext(IActorRef self)
    {
        if (_current is not null || !_waiting.TryDequeue(out var next)) return;
        _current = next;
        Task.Run(() => Fold(next.Offer)).PipeTo(self,
            success: refusal => new UpdateFolded(next, refusal, Error: null),
            failure: error => new UpdateFolded(next, Refusal: null, error));
    }

    /// <summary>The update that was being added has come to its end: whoever sent it hears what became of it.</summary>
    /// <param name="folded">What came of it.</param>
    /// <param name="closed">What to say where adding it failed, for then the round is given up.</param>
    public void Done(UpdateFolded folded, string closed)
    {
        _current = null;
        folded.Update.Sender.Tell(folded.Verdict(closed));
    }

    /// <summary>The update that comes next, if any.</summary>
    public OfferUpdate? Next => _waiting.TryPeek(out var next) ? next.Offer : null;

    /// <summary>Takes the next update out without adding it.</summary>
    public QueuedUpdate Take() => _waiting.Dequeue();

    /// <summary>Refuses all that wait.</summary>
    public void RefuseWaiting(Refusal reason, string detail)
    {
        while (_waiting.TryDequeue(out var next)) Offers.Refuse(next.Offer, next.Sender, reason, detail);
    }

    /// <summary>Refuses all that wait, and the one that is being added, whose verdict nobody will tell any more.</summary>
    public void RefuseAll(Refusal reason, string detail)
    {
        _current?.Sender.Tell(new Verdict { Refused = reason, Detail = detail });
        RefuseWaiting(reason, detail);
    }

    /// <value>True while an update is being added.</value>
    public bool IsBusy => _current is not null;

    private RefusedOffer? Fold(OfferUpdate offer)
    {
        try
        {
            var values = offer.Values.AsMemory(0, aggregate.Length);
            // What is not finite is the aggregate's to say.
            if (algorithm.Refusal(values.Span) is { } wrong && TensorPrimitives.IsFiniteAll(values.Span)) return new(Refusal.Malformed, wrong);
            var outcome = aggregate.TryAdd(offer.Header.Id.Client, values, weight(offer.Header));
            return outcome == AddOutcome.Added ? null : Offers.Describe(outcome);
        }
        finally
        {
            // Here and not in the actor, which may be gone by now.
            offer.Release();
        }
    }
}

/// <summary>An update and who waits for the verdict.</summary>
internal sealed record QueuedUpdate(OfferUpdate Offer, IActorRef Sender);

/// <summary>An update was added, or why not.</summary>
/// <param name="Update">Which.</param>
/// <param name="Refusal">Null where it was added.</param>
/// <param name="Error">Where adding it failed. The aggregate may have taken half of it, and is worth nothing any more.</param>
internal sealed record UpdateFolded(QueuedUpdate Update, RefusedOffer? Refusal, Exception? Error)
{
    /// <value>Has been checked.</value>
    public UploadHeader Header => Update.Offer.Header;

    /// <value>Why a round gives up over it, as the middle of a sentence.</value>
    public string Failure => $"counting the update of client '{Header.Id.Client}' failed: {Error?.Message}";

    /// <param name="closed">What to say where adding it failed.</param>
    public Verdict Verdict(string closed) => Error is not null ? new() { Refused = V1.Refusal.RoundClosed, Detail = closed }
        : Refusal is { } refused ? new() { Refused = refused.Reason, Detail = refused.Detail } : Offers.Taken;
}
