using System.Collections.Immutable;
using System.Numerics.Tensors;
using Akka.Actor;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Updates that wait to be added to an aggregate, which happens off the actor's thread, for all that wait together: that is quicker than one after the other, and gives the same bits. Belongs to one actor,
/// which calls it from its own thread only. Every buffer is released once: when it has been added, or when it is refused.</summary>
/// <param name="aggregate">What they are added to.</param>
/// <param name="algorithm">May refuse an update.</param>
internal sealed class UpdateQueue(IUpdateAggregate aggregate, IFederatedAlgorithm algorithm)
{
    private readonly Queue<QueuedUpdate> _waiting = new();
    private ImmutableArray<QueuedUpdate> _current = [];

    /// <value>True while updates are being added.</value>
    public bool IsBusy => !_current.IsEmpty;

    public void Enqueue(OfferUpdate offer, IActorRef sender) => _waiting.Enqueue(new(offer, sender));

    /// <summary>Starts on those that wait unless others are being added; the actor is told <see cref="UpdatesFolded"/>.</summary>
    /// <param name="self">The actor.</param>
    /// <param name="most">How many may be added, at least 1; the rest goes on waiting.</param>
    /// <param name="weight">What weighs an update, above 0. Called on any thread.</param>
    public void FoldNext(IActorRef self, int most, Func<UploadHeader, double> weight)
    {
        if (IsBusy || _waiting.Count == 0) return;
        ImmutableArray<QueuedUpdate> next = [.. Enumerable.Range(0, Math.Min(most, _waiting.Count)).Select(_ => _waiting.Dequeue())];
        _current = next;
        Task.Run(() => Fold(next, weight)).PipeTo(self,
            success: refusals => new UpdatesFolded(next, refusals, Error: null),
            failure: error => new UpdatesFolded(next, [], error));
    }

    /// <summary>What was being added has come to its end: those who sent it hear what became of it.</summary>
    /// <param name="folded">What came of it.</param>
    /// <param name="closed">What to say where adding it failed, for then the round is given up.</param>
    public void Done(UpdatesFolded folded, string closed)
    {
        _current = [];
        folded.Answer(closed);
    }

    /// <summary>Takes out those that wait and are not to be added, in their order.</summary>
    public ImmutableArray<QueuedUpdate> TakeOut(Predicate<UploadHeader> unwanted)
    {
        var (wanted, unneeded) = (new List<QueuedUpdate>(), ImmutableArray.CreateBuilder<QueuedUpdate>());
        while (_waiting.TryDequeue(out var next))
            if (unwanted(next.Offer.Header)) unneeded.Add(next);
            else wanted.Add(next);
        foreach (var next in wanted) _waiting.Enqueue(next);
        return unneeded.ToImmutable();
    }

    /// <summary>Refuses all that wait.</summary>
    public void RefuseWaiting(Refusal reason, string detail)
    {
        while (_waiting.TryDequeue(out var next)) Offers.Refuse(next.Offer, next.Sender, reason, detail);
    }

    /// <summary>Refuses all that wait, and those that are being added, whose verdict nobody will tell any more.</summary>
    public void RefuseAll(Refusal reason, string detail)
    {
        foreach (var folding in _current) folding.Sender.Tell(new Verdict { Refused = reason, Detail = detail });
        RefuseWaiting(reason, detail);
    }

    // What became of each; null where it was added.
    private ImmutableArray<RefusedOffer?> Fold(ImmutableArray<QueuedUpdate> updates, Func<UploadHeader, double> weight)
    {
        try
        {
            var refusals = new RefusedOffer?[updates.Length];
            var (places, added) = (new List<int>(), new List<ClientUpdate>());
            for (var i = 0; i < updates.Length; i++)
            {
                var offer = updates[i].Offer;
                var values = offer.Values.AsMemory(0, aggregate.Length);
                // What is not finite is the aggregate's to say.
                if (algorithm.Refusal(values.Span) is { } wrong && TensorPrimitives.IsFiniteAll(values.Span))
                {
                    refusals[i] = new(Refusal.Malformed, wrong);
                    continue;
                }
                places.Add(i);
                added.Add(new(offer.Header.Id.Client, values, weight(offer.Header)));
            }
            var outcomes = new AddOutcome[added.Count];
            aggregate.TryAdd(added.ToArray(), outcomes);
            for (var i = 0; i < outcomes.Length; i++) refusals[places[i]] = outcomes[i] == AddOutcome.Added ? null : Offers.Describe(outcomes[i]);
            return [.. refusals];
        }
        finally
        {
            // Here and not in the actor, which may be gone by now.
            foreach (var update in updates) update.Offer.Release();
        }
    }
}

/// <summary>An update and who waits for the verdict.</summary>
internal sealed record QueuedUpdate(OfferUpdate Offer, IActorRef Sender)
{
    /// <value>Has been checked.</value>
    public UploadHeader Header => Offer.Header;

    public string Client => Header.Id.Client;
}

/// <summary>Updates were added, or why not.</summary>
/// <param name="Updates">Which.</param>
/// <param name="Refusals">For each, why it was not added; null where it was. Empty with an error.</param>
/// <param name="Error">Where adding them failed. The aggregate may have taken a part of them, and is worth nothing any more.</param>
internal sealed record UpdatesFolded(ImmutableArray<QueuedUpdate> Updates, ImmutableArray<RefusedOffer?> Refusals, Exception? Error)
{
    /// <value>What became of each.</value>
    public IEnumerable<(QueuedUpdate Update, RefusedOffer? Refusal)> Results => Updates.Zip(Refusals);

    /// <value>Why a round gives up over it, as the middle of a sentence.</value>
    public string Failure =>
        $"counting the update{(Updates.Length == 1 ? " of client" : "s of clients")} {string.Join(", ", Updates.Select(update => $"'{update.Client}'"))} failed: {Error?.Message}";

    /// <summary>Tells those who sent them.</summary>
    /// <param name="closed">What to say where adding them failed.</param>
    public void Answer(string closed)
    {
        if (Error is not null)
            foreach (var update in Updates) update.Sender.Tell(new Verdict { Refused = Refusal.RoundClosed, Detail = closed });
        foreach (var (update, refusal) in Results) update.Sender.Tell(refusal?.ToVerdict() ?? Offers.Taken);
    }
}
