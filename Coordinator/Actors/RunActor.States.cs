using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Federated.Core.Aggregation;
using Federated.Core.Models;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>The states of a run, and what each of them understands.</summary>
internal sealed partial class RunActor
{
    private void Queued()
    {
        Command<StartRun>(_ => Record(new() { Started = new() }, BeginWork));
        Always();
    }

    private void Initialising()
    {
        Command<RunInitialised>(initialised =>
        {
            EndStep(ref _preparation);
            if (Standardisation.Of(initialised.Server.Parameters.Schema) is not null)
            {
                Standardise(initialised);
                return;
            }
            _initialised = initialised;
            KeepState(initialised.Server);
        });
        Command<RunStandardised>(standardised =>
        {
            EndStep(ref _preparation);
            (_standardises, _leftOut, _initialised) = (false, standardised.LeftOut, standardised.Initialised);
            KeepState(_initialised.Server);
        });
        Command<CheckpointKept>(kept =>
        {
            EndStep(ref _checkpoint);
            var (server, aggregate, clients, testExamples, goal) = _initialised!;
            var unusable = _initialised.Unusable;
            var known = new RunEntry.Types.DataKnown { Checkpoint = kept.Checkpoint, TestExamples = (ulong)testExamples, Goal = goal?.ToProto() };
            known.LeftOut.AddRange(_leftOut);
            known.Unusable.AddRange(unusable);
            known.Clients.AddRange(clients.Select(client => new DataClient { Id = client.Id, Examples = (ulong)client.Examples }));
            Record(new() { DataKnown = known }, () =>
            {
                (_initialised, _server, _aggregate, _leftOut) = (null, server, aggregate, []);
                _parameters.Publish(server.Parameters, round: 0, measured: false);
                if (Overlaps) KeepVersions(0, server.Parameters);
                if (!unusable.IsEmpty) Notice(RunLedger.TakeNoPart(unusable));
                int? updates = clients.IsEmpty ? null : CohortSelection.Wanted(Job.Federation.Cohort, clients.Length);
                if (new AggregationFit(Job.Federation.Aggregation).Memory(updates, _algorithm.UpdateSchema(server.Parameters.Schema).Count) is { } memory) Notice(memory);
                Become(Running);
                Advance();
            });
        });
        Command<CheckpointImpossible>(impossible => End(new() { Failed = new() { Reason = $"The initial parameters cannot be kept: {impossible.Reason}" } }));
        Command<InitialiseFailed>(failed => End(new() { Failed = new() { Reason = failed.Reason } }));
        Command<StepGone>(_ => End(new() { Failed = new() { Reason = "Making the initial parameters failed by a defect of the coordinator; its log says more." } }));
        Active();
    }

    private void Restoring()
    {
        Command<Restored>(OnRestored);
        Command<StepGone>(_ => End(new() { Failed = new() { Reason = "Reading the checkpoints failed by a defect of the coordinator; its log says more." } }));
        Active();
    }

    private void Running()
    {
        Command<CohortDrawn>(drawn =>
        {
            if (!IsOpen(drawn.Round, drawn.Attempt)) return;
            var opened = new RunEntry.Types.RoundOpened
            {
                Round = (uint)drawn.Round,
                Attempt = (uint)drawn.Attempt,
                Cohort = { drawn.Cohort.Clients },
                Wanted = (uint)drawn.Cohort.Wanted,
                Clients = (uint)drawn.Cohort.Of,
                ParametersSha256 = _state.ParametersHash,
                DeadlineSeconds = Job.Federation.Cohort.Deadline.TotalSeconds,
            };
            Record(new() { RoundOpened = opened }, () => _round!.Tell(CohortKept.Instance));
        });
        Command<ClientsDrawn>(drawn =>
        {
            // A round that is committed meanwhile asks nobody any more; the next one draws anew.
            if (!IsOpen(drawn.Round, drawn.Attempt) || drawn.Round != _state.Round + 1 || drawn.Attempt != _state.OpenAttempt) return;
            var asked = new RunEntry.Types.ClientsAsked { Round = (uint)drawn.Round, Attempt = (uint)drawn.Attempt, Clients = { drawn.Clients } };
            Record(new() { ClientsAsked = asked }, () => _round!.Tell(CohortKept.Instance));
        });
        Command<BroadcastMade>(made =>
        {
            if (!IsOpen(made.Round, made.Attempt)) return;
            _parameters.PublishBroadcast(made.Broadcast);
            Sender.Tell(new BroadcastHandedOut(made.Broadcast));
        });
        Command<RoundReady>(ready =>
        {
            if (!IsOpen(ready.Round.Round, ready.Round.Attempt)) return;
            _ready = ready;
            // The round has emptied it; the next one need not allocate another. Where rounds overlap it goes on with it.
            if (!Overlaps) _aggregate = _plan!.Aggregate;
            CommitWhenAllowed();
        });
        Command<RoundGaveUp>(gaveUp =>
        {
            if (IsOpen(gaveUp.Round, gaveUp.Attempt)) RoundFailed(gaveUp.Reason, gaveUp.FailedClients);
        });
        Command<CheckpointKept>(OnKept);
        Command<Reckoned>(OnReckoned);
        Command<CheckpointImpossible>(impossible =>
        {
            if (_ready is { } ready && ReferenceEquals(ready.Server, impossible.Server)) RoundFailed($"its result cannot be kept: {impossible.Reason}", []);
        });
        Command<EvaluationDone>(done => OnEvaluated(done.Round, done.Result, done.Problem));
        Command<StepGone>(OnGone);
        Active();
    }

    private void Paused()
    {
        Rest();
        Always();
    }

    private void Ended()
    {
        Command<ReceiveTimeout>(_ => Context.Parent.Tell(new RunIdle(Run)));
        Rest();
        Always();
    }

    // What steps that were ended had still sent.
    private void Rest()
    {
        Command<StartRun>(_ => { });
        Command<StepProgress>(_ => { });
        Command<StepNotice>(_ => { });
        Command<Roster>(_ => { });
        Command<ProgressTick>(_ => { });
        Command<CohortDrawn>(_ => { });
        Command<ClientsDrawn>(_ => { });
        Command<BroadcastMade>(_ => { });
        Command<RoundReady>(_ => { });
        Command<RoundGaveUp>(_ => { });
        Command<CheckpointKept>(_ => { });
        Command<Reckoned>(_ => { });
        Command<CheckpointImpossible>(_ => { });
        Command<Restored>(_ => { });
        Command<EvaluationDone>(_ => { });
        Command<RunInitialised>(_ => { });
        Command<RunStandardised>(_ => { });
        Command<InitialiseFailed>(_ => { });
    }

    private void Active()
    {
        Command<Roster>(OnRoster);
        Command<StepNotice>(notice =>
        {
            // The round waits for something: its tasks will not come soon.
            BeginEvaluations();
            Notice(notice.Sentence);
        });
        Command<StepProgress>(OnProgress);
        Command<ProgressTick>(_ =>
        {
            if (_progressUntold) TellProgress();
        });
        Always();
    }

    private void Always()
    {
        Command<StopRun>(_ =>
        {
            if (_state.Ended) Reply();
            else End(new() { Stopped = new() { Reason = "Stopped on request." } }, Reply);
        });
        Command<PauseRun>(_ => OnPause());
        Command<ResumeRun>(_ => OnResume());
        Command<RetryRun>(_ => OnRetry());
        Command<GetRun>(_ => Sender.Tell(new RunFound<RunDetails>(Details())));
        Command<GetModel>(OnGetModel);
        Command<WatchRun>(OnWatch);
        Command<UnwatchRun>(unwatch => _watchers.Remove(unwatch.Events));
        Command<BytesMoved>(_ledger.Move);
        Command<BeginUpload>(Route);
        Command<UploadRejected>(Route);
        Command<OfferUpdate>(Route);
        Command<OfferMasked>(Route);
        Command<JoinMasking>(Route);
        Command<MaskingAnswered>(Route);
        Command<MaskingLeft>(Route);
        Command<OfferInitialised>(Route);
        Command<OfferReport>(Route);
        Command<SaveSnapshotSuccess>(saved => DeleteSnapshots(new SnapshotSelectionCriteria(saved.Metadata.SequenceNr - 1)));
        Command<SaveSnapshotFailure>(failure => _log.Warning("Run {0}: a snapshot of the journal could not be written: {1}", Run, failure.Cause.Message));
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(failure => _log.Warning("Run {0}: old snapshots of the journal could not be deleted: {1}", Run, failure.Cause.Message));
    }
}
