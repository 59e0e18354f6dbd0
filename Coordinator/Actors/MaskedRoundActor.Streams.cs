using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.V1;
using Federated.Wire;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

/// <content>What clients say, and what they are asked.</content>
internal sealed partial class MaskedRoundActor
{
    private void OnJoin(JoinMasking join)
    {
        var client = join.Id.Client;
        // The ticket also where the client opens its stream again: what it advertised others know as well.
        if ((Offers.WhyNot(Round, join.Id, examples: 1) ?? Clients.WhyNot(join.Id, join.Ticket)) is { } refused)
        {
            Refuse(join, refused);
            return;
        }
        if (_masked.Advertised.TryGetValue(client, out var known) && known.Same(join.Advertisement))
        {
            Rejoin(client, join.Steps);
            return;
        }
        var step = _masked.Advertise(join.Advertisement);
        if (step.Refused is { } wrong)
        {
            Refuse(join, MaskingAnswers.Refused(wrong));
            return;
        }
        // Of a worker that had advertised for the client and has lost the task.
        End(client, new() { Refused = Refusal.RoundClosed, Detail = $"Another worker has advertised for client '{client}'." });
        _masked = step.State;
        _madeBy[client] = Clients.HolderOf(join.Id, join.Ticket)!;
        _streams[client] = join.Steps;
        Sender.Tell(MaskingJoined.Instance);
        // It has trained: what it waits for now takes no slot.
        Registry.Tell(new WorkDone(Tasks.KeyOf(client)) { GoesOn = true });
        Proceed();
    }

    private void Rejoin(string client, ChannelWriter<MaskingStep> steps)
    {
        if (_masked.Failures.TryGetValue(client, out var failure) && !_masked.Masked.Contains(client))
        {
            Sender.Tell(new RefusedOffer(Refusal.RoundClosed, $"Client '{client}' has dropped out of round {Round.Round}: {failure}"));
            return;
        }
        if (_streams.Remove(client, out var old)) old.TryComplete();
        _streams[client] = steps;
        Sender.Tell(MaskingJoined.Instance);
        Ask(client, _masked.Missing.Contains(client));
    }

    private void Refuse(JoinMasking join, RefusedOffer refused)
    {
        Clients.Note(join.Id, refused);
        Sender.Tell(refused);
    }

    private void OnAnswered(MaskingAnswered answered)
    {
        var client = answered.Id.Client;
        // A stream that was opened again has taken the place of this one.
        if (!_streams.TryGetValue(client, out var steps) || !ReferenceEquals(steps, answered.Steps)) return;
        if (answered.Answer.AnswerCase == MaskingAnswer.AnswerOneofCase.Quit)
        {
            End(client, new() { Refused = Refusal.RoundClosed, Detail = $"Client '{client}' takes no further part." });
            ClientFailed(client, Refusal.Unspecified, $"the client gave up: {answered.Answer.Quit.Reason}");
            return;
        }
        var malformed = Take(client, answered.Answer, out var step);
        if (malformed is not null)
        {
            Expel(client, new(malformed.Reason, malformed.Detail));
        }
        else if (step.Refused is { Reason: MaskingRefusal.Repeated })
        {
            Log.Debug("Run {0}, round {1}: client {2} has answered again.", Plan.Run, Round.Round, client);
        }
        else if (step.Refused is { } refused)
        {
            Expel(client, MaskingAnswers.Refused(refused));
        }
        else
        {
            _masked = step.State;
            if (_masked.Revealed.ContainsKey(client)) End(client, Offers.Taken);
            Proceed();
        }
    }

    private UploadRefusal? Take(string client, MaskingAnswer answer, out MaskedStep step)
    {
        step = default;
        UploadRefusal? wrong;
        switch (answer.AnswerCase)
        {
            case MaskingAnswer.AnswerOneofCase.Shares when _indices.TryGetValue(client, out var index):
                wrong = MaskingMapping.Read(answer.Shares, client, index, out var shares);
                if (wrong is null) step = _masked.Share(shares!);
                return wrong;
            case MaskingAnswer.AnswerOneofCase.Confirmation:
                wrong = MaskingMapping.Read(answer.Confirmation, client, out var confirmation);
                if (wrong is null) step = _masked.Confirm(confirmation!);
                return wrong;
            case MaskingAnswer.AnswerOneofCase.Reveal:
                wrong = MaskingMapping.Read(answer.Reveal, client, out var reveal);
                if (wrong is null) step = _masked.Reveal(reveal!);
                return wrong;
            default:
                return new(Refusal.Malformed, "The message answers nothing that was asked.");
        }
    }

    private void OnLeft(MaskingLeft left)
    {
        if (!_streams.TryGetValue(left.Id.Client, out var steps) || !ReferenceEquals(steps, left.Steps)) return;
        _streams.Remove(left.Id.Client);
        if (IsInProtocol) LookForLost();
    }

    private void OnOffer(OfferMasked offer)
    {
        var id = offer.Header.Id;
        var refused = WhyNotMasked(id, offer.Header.Ticket);
        if (refused is not null)
        {
            Clients.Note(id, refused);
            Offers.Refuse(offer, Sender, refused.Reason, refused.Detail);
            return;
        }
        _masked = _masked.Fold(id.Client);
        Reached(RunPoint.Receiving);
        _queue!.Enqueue(offer, Sender);
        _queue.FoldNext(Self);
    }

    private void OnFolded(VectorFolded folded)
    {
        if (folded.Error is not null)
        {
            Log.Error(folded.Error, "Run {0}, round {1}: adding the masked update of client {2} failed.", Plan.Run, Round.Round, folded.Client);
            _queue!.Done(folded, new() { Refused = Refusal.RoundClosed, Detail = Closed() });
            GiveUp($"adding the masked update of client '{folded.Client}' failed: {folded.Error.Message}");
        }
        else if (folded.Refused is { } refused)
        {
            var offer = MaskingAnswers.Refused(refused);
            _queue!.Done(folded, offer.ToVerdict());
            _masked = _masked.Fail(folded.Client, offer.Detail, folding: true);
            Expel(folded.Client, offer);
        }
        else
        {
            _queue!.Done(folded, Offers.Taken);
            _masked = _masked.Accept(folded.Client);
            Proceed();
        }
    }

    // A task that moved may have been trained twice: the vector is of the worker that advertised.
    private RefusedOffer? WhyNotMasked(TaskId id, ByteString ticket) => WhyNot(id, examples: 1) ?? Clients.WhyNot(id, ticket)
        ?? (_masked.Check(id.Client) is { } refused ? MaskingAnswers.Refused(refused)
            : Clients.HolderOf(id, ticket) == _madeBy[id.Client] ? null : new(Refusal.WrongTicket, $"Another worker has advertised for client '{id.Client}'."));

    private bool IsInProtocol => _masked.Phase is MaskedPhase.Sharing or MaskedPhase.Masking or MaskedPhase.Confirming or MaskedPhase.Unmasking;

    // Who has neither a stream nor a worker that is there is not waited for.
    private void LookForLost()
    {
        if (!IsInProtocol || ReferenceEquals(Roster, Roster.Unknown)) return;
        var lost = _masked.Missing.Where(client => !_streams.ContainsKey(client) && !Roster.Names.Contains(_madeBy[client])).ToArray();
        if (lost.Length == 0) return;
        foreach (var client in lost)
        {
            var reason = $"worker '{_madeBy[client]}' is gone.";
            Clients.Fail(client, Refusal.Unspecified, reason);
            Fail(client, reason);
        }
        Proceed();
    }

    // The step that the client has not answered yet, if any.
    private void Ask(string client, bool waited)
    {
        var step = _masked.Phase switch
        {
            MaskedPhase.Sharing => _masked.SharingFor(client)?.ToProto(),
            MaskedPhase.Masking => _masked.MaskingFor(client)?.ToProto(),
            MaskedPhase.Confirming => _masked.ConfirmingFor(client)?.ToProto(),
            MaskedPhase.Unmasking => _masked.UnmaskingFor(client)?.ToProto(),
            _ => null,
        };
        if (step is not null && waited) _streams[client].TryWrite(step);
        else if (step is null && IsInProtocol) End(client, new() { Refused = Refusal.RoundClosed, Detail = $"Client '{client}' is no part of the phase {Name(_masked.Phase)} of round {Round.Round}." });
    }

    private void Expel(string client, RefusedOffer refused)
    {
        End(client, refused.ToVerdict());
        ClientFailed(client, refused.Reason, refused.Detail);
    }

    private void End(string client, Verdict verdict)
    {
        if (!_streams.Remove(client, out var steps)) return;
        steps.TryWrite(new MaskingStep { Over = verdict });
        steps.TryComplete();
    }

    private void EndStreams(Verdict verdict)
    {
        foreach (var client in _streams.Keys.ToArray()) End(client, verdict);
    }
}
