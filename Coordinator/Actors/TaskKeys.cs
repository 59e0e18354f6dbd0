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
            TaskPurpose.Statistics => TaskKind.Statistics,
            TaskPurpose.Train => TaskKind.Train,
            _ => TaskKind.Evaluate,
        },
    };

    /// <param name="id">Has been checked.</param>
    public static TaskKey ToKey(this TaskId id) => new(
        id.Run,
        id.Kind switch
        {
            TaskKind.Initialise => TaskPurpose.Initialise,
            TaskKind.Statistics => TaskPurpose.Statistics,
            TaskKind.Train => TaskPurpose.Train,
            _ => TaskPurpose.Evaluate,
        },
        (int)id.Round, (int)id.Attempt, id.Client, (int)id.Slice);

    public static Refusal ToProto(this OfferRefusal refusal) => refusal switch
    {
        OfferRefusal.NotInCohort => Refusal.NotInCohort,
        OfferRefusal.Duplicate => Refusal.Duplicate,
        OfferRefusal.Closed => Refusal.RoundClosed,
        OfferRefusal.NoExamples => Refusal.NoExamples,
        OfferRefusal.TooStale => Refusal.TooStale,
        _ => Refusal.WrongRound,
    };
}
