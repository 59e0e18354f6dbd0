using Akka.Actor;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Answers to what workers offer by the data plane.</summary>
internal static class Offers
{
    /// <summary>The answer to an outcome that counts.</summary>
    public static readonly Verdict Taken = new();

    /// <summary>Refuses whatever it is in the form that its sender expects, and gives an update's buffer back. False when it is not an offer at all.</summary>
    public static bool Refuse(object message, IActorRef sender, Refusal reason, string detail)
    {
        switch (message)
        {
            case BeginUpload:
                sender.Tell(new RefusedOffer(reason, detail));
                return true;
            case OfferUpdate offer:
                offer.Release();
                sender.Tell(new Verdict { Refused = reason, Detail = detail });
                return true;
            case OfferInitialised or OfferReport:
                sender.Tell(new Verdict { Refused = reason, Detail = detail });
                return true;
            default:
                return message is UploadRejected;
        }
    }

    /// <summary>The task that a message of the data plane is about; null for any other message.</summary>
    public static TaskId? TaskOf(object message) => message switch
    {
        BeginUpload begin => begin.Id,
        UploadRejected rejected => rejected.Id,
        OfferUpdate update => update.Header.Id,
        OfferInitialised initialised => initialised.Header.Id,
        OfferReport report => report.Report.Id,
        _ => null,
    };
}
