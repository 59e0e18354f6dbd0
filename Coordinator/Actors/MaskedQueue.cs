using Akka.Actor;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.V1;
using Refused = Federated.Core.Privacy.SecureAggregation.Refused;

namespace Federated.Coordinator.Actors;

/// <summary>Masked vectors that wait to be added to their sum, which happens off the actor's thread and one after the other. Belongs to one actor, which calls it from its own thread only. Every buffer is released once.</summary>
/// <param name="sum">What they are added to.</param>
internal sealed class MaskedQueue(MaskedSum sum)
{
    private readonly Queue<QueuedVector> _waiting = new();
    private QueuedVector? _current;

    public void Enqueue(OfferMasked offer, IActorRef sender) => _waiting.Enqueue(new(offer, sender));

    /// <summary>Starts on the next vector unless one is being added; the actor is told <see cref="VectorFolded"/>.</summary>
    public void FoldNext(IActorRef self)
    {
        if (_current is not null || !_waiting.TryDequeue(out var next)) return;
        _current = next;
        Task.Run(() => Fold(next.Offer)).PipeTo(self, success: refused => new VectorFolded(next, refused, Error: null), failure: error => new VectorFolded(next, Refused: null, error));
    }

    /// <summary>The vector that was being added has come to its end: whoever sent it hears what became of it.</summary>
    public void Done(VectorFolded folded, Verdict verdict)
    {
        _current = null;
        folded.Vector.Sender.Tell(verdict);
    }

    /// <summary>Refuses all that wait, and tells whoever waits for the one that is being added.</summary>
    public void RefuseAll(Refusal reason, string detail)
    {
        _current?.Sender.Tell(new Verdict { Refused = reason, Detail = detail });
        _current = null;
        while (_waiting.TryDequeue(out var next)) Offers.Refuse(next.Offer, next.Sender, reason, detail);
    }

    private Refused? Fold(OfferMasked offer)
    {
        try
        {
            return sum.Add(offer.Packed);
        }
        finally
        {
            // Here and not in the actor, which may be gone by now.
            offer.Release();
        }
    }
}

/// <summary>A masked vector and who waits for the verdict.</summary>
internal sealed record QueuedVector(OfferMasked Offer, IActorRef Sender);

/// <summary>A vector was added, or why not. After an error the sum may have taken half of it, and is worth nothing any more.</summary>
internal sealed record VectorFolded(QueuedVector Vector, Refused? Refused, Exception? Error)
{
    /// <value>Whose it is.</value>
    public string Client => Vector.Offer.Header.Id.Client;
}
