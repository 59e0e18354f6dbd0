using Federated.Core.Privacy.SecureAggregation;
using Federated.V1;
using Refused = Federated.Core.Privacy.SecureAggregation.Refused;

namespace Federated.Coordinator.Actors;

/// <summary>Refusals of secure aggregation, as peers are told them.</summary>
internal static class MaskingAnswers
{
    /// <summary>For the data plane and for streams.</summary>
    public static RefusedOffer Refused(Refused refused) => new(refused.Reason switch
    {
        MaskingRefusal.NotInCohort => Refusal.NotInCohort,
        MaskingRefusal.Repeated or MaskingRefusal.Contradiction => Refusal.Duplicate,
        MaskingRefusal.Closed or MaskingRefusal.TooFew => Refusal.RoundClosed,
        MaskingRefusal.BadVector => Refusal.WrongLength,
        _ => Refusal.Malformed,
    }, refused.Detail);
}
