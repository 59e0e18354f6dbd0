using Akka.Actor;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

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
            case BeginUpload or JoinMasking:
                sender.Tell(new RefusedOffer(reason, detail));
                return true;
            case OfferUpdate offer:
                offer.Release();
                sender.Tell(new Verdict { Refused = reason, Detail = detail });
                return true;
            case OfferMasked masked:
                masked.Release();
                sender.Tell(new Verdict { Refused = reason, Detail = detail });
                return true;
            case MaskingAnswered answered:
                answered.Steps.TryWrite(new MaskingStep { Over = new() { Refused = reason, Detail = detail } });
                answered.Steps.TryComplete();
                return true;
            case OfferInitialised or OfferReport:
                sender.Tell(new Verdict { Refused = reason, Detail = detail });
                return true;
            default:
                return message is UploadRejected or MaskingLeft;
        }
    }

    /// <summary>The task that a message of the data plane is about; null for any other message.</summary>
    public static TaskId? TaskOf(object message) => message switch
    {
        BeginUpload begin => begin.Id,
        UploadRejected rejected => rejected.Id,
        OfferUpdate update => update.Header.Id,
        OfferMasked masked => masked.Header.Id,
        JoinMasking join => join.Id,
        MaskingAnswered answered => answered.Id,
        MaskingLeft left => left.Id,
        OfferInitialised initialised => initialised.Header.Id,
        OfferReport report => report.Report.Id,
        _ => null,
    };

    /// <summary>What an update says beside itself.</summary>
    /// <param name="header">Has been checked.</param>
    private static UpdateFacts Facts(UploadHeader header)
    {
        MetricsMapping.Read(header.Training, out var training);
        return new((long)header.Examples, training, Measured(header.Validation), header.ComputeSeconds) { Weight = header.Weight > 0 ? header.Weight : null, Personal = Measured(header.Personal) };
    }

    /// <summary>The same as it counts in a job: who was drawn in proportion to its examples does not count by them once more.</summary>
    public static UpdateFacts Facts(JobSpec job, UploadHeader header) => CohortSelection.DrawsByExamples(job.Federation.Cohort.Selection.Kind) ? Facts(header) with { Weight = 1 } : Facts(header);

    /// <summary>Why an update without sums over its training cannot be taken; null where it has them, or where the job's differential privacy keeps them with the client.</summary>
    public static RefusedOffer? LacksTraining(JobSpec job, UploadHeader header) =>
        header.Training is null && !job.Privacy.Differential.KeepsFigures ? new(Refusal.NoExamples, "The update has no sums over its training.") : null;

    /// <summary>Why a round with phases does not take what a task made; null when it may.</summary>
    /// <param name="round">The round.</param>
    /// <param name="id">The task.</param>
    /// <param name="examples">What its result rests on.</param>
    public static RefusedOffer? WhyNot(RoundState round, TaskId id, ulong examples) => round.Check(id.Round, id.Attempt, id.Client, examples) switch
    {
        null => null,
        OfferRefusal.WrongRound => new(Refusal.WrongRound, $"This is round {round.Round}, not {id.Round}."),
        OfferRefusal.WrongAttempt => new(Refusal.WrongRound, $"This is attempt {round.Attempt} of round {round.Round}, not {id.Attempt}."),
        OfferRefusal.NotInCohort => new(Refusal.NotInCohort, $"Client '{id.Client}' was not asked in round {round.Round}."),
        OfferRefusal.Duplicate => new(Refusal.Duplicate, $"The update of client '{id.Client}' for round {round.Round} is counted already."),
        OfferRefusal.NoExamples => new(Refusal.NoExamples, "The update rests on no examples."),
        _ => new(Refusal.RoundClosed, $"Round {round.Round} is closed."),
    };

    /// <summary>Why an aggregate did not take an update.</summary>
    public static RefusedOffer Describe(AddOutcome outcome) => outcome switch
    {
        AddOutcome.NotFinite => new(Refusal.NotFinite, "The update has a value that is not a finite number; the training diverged."),
        AddOutcome.TooLong => new(Refusal.OutOfRange, "The update is longer than privacy.differential allows; its worker has not cut it."),
        AddOutcome.OutOfRange => new(Refusal.OutOfRange, "The update has a value that is too large to be counted; the training diverged."),
        _ => new(Refusal.RoundClosed, "The round has taken as many updates as it can."),
    };

    private static MetricSums? Measured(Metrics? metrics) => metrics is not null && MetricsMapping.Read(metrics, out var sums) is null ? sums : null;
}
