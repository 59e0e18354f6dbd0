using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>Tasks between their wire names and the board's.</summary>
internal static class TaskKeys
{
    public static TaskId ToProto(this TaskKey key) => new()
    {
        Run = key.Run,
        Round = (uint)key.Round,
        Attempt = (uint)key.Attempt,
        Client = key.Client,
        Slice = (uint)key.Slice,
        Kind = key.Purpose switch
        {
            TaskPurpose.Initialise => TaskKind.Initialise,
            TaskPurpose.Train => TaskKind.Train,
            _ => TaskKind.Evaluate,
        },
    };

    public static Refusal ToProto(this OfferRefusal refusal) => refusal switch
    {
        OfferRefusal.NotInCohort => Refusal.NotInCohort,
        OfferRefusal.Duplicate => Refusal.Duplicate,
        OfferRefusal.Closed => Refusal.RoundClosed,
        OfferRefusal.NoExamples => Refusal.NoExamples,
        _ => Refusal.WrongRound,
    };
}
