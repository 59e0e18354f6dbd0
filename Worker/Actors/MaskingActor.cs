using Akka.Actor;
using Akka.Event;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Simulating;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Worker.Governance;
using Federated.Worker.Grpc;
using Federated.Worker.SecureAggregation;
using Federated.Worker.Tasks;
using Google.Protobuf;

namespace Federated.Worker.Actors;

/// <summary>A client of a masked round that has trained: Preparing its keys, Advertising them on a stream, then Waiting for each step and Answering it (its masked vector goes by a delivery of its own), Pausing where the stream broke, and
/// Over. It takes the place of the delivery of a plain update, and is asked the same.</summary>
/// <remarks>Keys live in memory alone and are zeroed when this actor ends or the client's part is over: a worker that dies is a drop-out. The plain update stays until this actor ends, so that a coordinator that asks for the same task
/// again gets it, masked with fresh keys. Everything that computes does so off the actor's thread.</remarks>
internal sealed class MaskingActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private readonly UploadResult _plain;
    private readonly int _cohort;
    private readonly RunScope _run;
    private readonly IActorRef _settled;
    private Task _work = Task.CompletedTask;   // what computes with the keys
    private MaskingSession? _session;
    private Advertisement? _advertisement;
    private IMaskingStream? _stream;
    private CancellationTokenSource? _streamEnd;
    private IActorRef? _delivery;
    private ByteString _ticket;
    private int _failures;

    public MaskingActor(UploadResult plain, ByteString ticket, int cohort, RunScope run, IActorRef settled)
    {
        (_plain, _ticket, _cohort, _run, _settled) = (plain, ticket, cohort, run, settled);
        Become(Preparing);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TaskId Id => _plain.Id;

    /// <param name="plain">What the client trained; its buffer belongs to the actor from now on.</param>
    /// <param name="ticket">Of the task's latest assignment.</param>
    /// <param name="cohort">Most clients of the masked sum.</param>
    /// <param name="run">The run.</param>
    /// <param name="settled">Told <see cref="TaskSettled"/> each time that the client's part has come to an end.</param>
    public static Props Props(UploadResult plain, ByteString ticket, int cohort, RunScope run, IActorRef settled) =>
        Akka.Actor.Props.Create(() => new MaskingActor(plain, ticket, cohort, run, settled));

    // A delivery that fails has a defect that a restart would meet again; the coordinator's deadline covers it.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart() => Prepare();

    protected override void PostStop()
    {
        _stopped.Cancel();
        Leave();
        Forget();
        _settled.Tell(new TaskSettled(Id));
        if (_plain.Buffer is { } buffer) _ = ReturnAfterAsync(_work, buffer);
    }

    private void Preparing()
    {
        Receive<Prepared>(prepared =>
        {
            (_session, _advertisement) = (prepared.Session, prepared.Advertisement);
            Join();
        });
        Receive<Broken>(broken =>
        {
            if (_stopped.IsCancellationRequested) return;
            _log.Error(broken.Error, "{0} cannot take part in its masked round.", Name);
            _delivery = Context.ActorOf(DeliveryActor.Props(TaskResult.Failed(Id, $"Client '{Id.Client}' cannot mask its update: {broken.Error.Message}", permanent: false), _ticket, _run.Worker.Transfer, _run.Worker.Timings, Self));
            Become(Reporting);
        });
        Repeated();
    }

    // Its part is over before it began.
    private void Reporting()
    {
        Receive<TaskSettled>(settled => End(settled.Counted));
        Receive<Resend>(again => _delivery.Tell(again));
        Repeated();
    }

    // The first message is under way.
    private void Advertising()
    {
        Receive<Sent>(sent => Current(sent.Stream, Listen));
        Receive<Broken>(OnBroken);
        Receive<TaskSettled>(OnDelivered);
        Repeated();
    }

    private void Waiting()
    {
        Receive<Came>(came => Current(came.Stream, () => OnStep(came.Step)));
        // A step that came and may not be answered here: the stream itself is well, and whoever asks is not kept waiting.
        Receive<Broken>(broken => Current(broken.Stream, () => Quit(broken.Error.Message)), broken => broken.Error is DepartureRefusedException);
        Receive<Broken>(OnBroken);
        Receive<TaskSettled>(OnDelivered);
        Repeated();
    }

    private void Answering()
    {
        Receive<Answered>(OnAnswer);
        Receive<Sent>(sent => Current(sent.Stream, Listen));
        Receive<Broken>(OnBroken);
        Receive<TaskSettled>(OnDelivered);
        Repeated();
    }

    private void Pausing()
    {
        Receive<TryAgain>(_ => Join());
        Receive<Broken>(_ => { });
        Receive<TaskSettled>(OnDelivered);
        Repeated();
    }

    private void Over()
    {
        Receive<Resend>(again =>
        {
            _ticket = again.Ticket;
            Prepare();
        });
        Receive<Reattached>(_ => { });
        Receive<TaskSettled>(_ => { });
        Late();
    }

    // A coordinator that asks for the task again while the client is at it, and one that has taken the place of another.
    private void Repeated()
    {
        Receive<Resend>(again =>
        {
            _ticket = again.Ticket;
            _delivery?.Tell(again);
            if (_session is not null) Join();
        });
        Receive<Reattached>(again =>
        {
            _delivery?.Tell(again);
            if (_session is not null && _stream is not null) Join();
        });
        Late();
    }

    // What belongs to a stream or to keys that are gone.
    private void Late()
    {
        Receive<Sent>(_ => { });
        Receive<Came>(_ => { });
        Receive<Answered>(Keep);
        Receive<Prepared>(prepared => prepared.Session.Dispose());
        Receive<Broken>(_ => { });
        Receive<TryAgain>(_ => { });
    }

    private void Prepare()
    {
        var (plain, job, cohort, identities, random) = (_plain, _run.Engine.Job, _cohort, _run.Worker.Identities, _run.Worker.Random);
        Become(Preparing);
        Compute(() =>
        {
            var session = new MaskingSession(new MaskedUpdate(plain, job, cohort), plain.Id, identities, random, DropOuts.Of(job, plain.Id.Client, (int)plain.Id.Round, (int)plain.Id.Attempt));
            return new Prepared(session, session.Advertise());
        });
    }

    private void Join()
    {
        Leave();
        Timers.Cancel(TryAgain.Instance);
        _streamEnd = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        var stream = _stream = _run.Worker.Transfer.Join(_streamEnd.Token);
        Become(Advertising);
        Send(stream, _advertisement!.ToProto(Id, _ticket));
    }

    private void Listen()
    {
        var stream = _stream!;
        Become(Waiting);
        stream.NextAsync().PipeTo(Self, success: step => new Came(stream, step), failure: error => new Broken(stream, error));
    }

    private void OnStep(MaskingStep? step)
    {
        if (step is null)
        {
            Pause("the stream ended");
            return;
        }
        _failures = 0;
        if (step.StepCase == MaskingStep.StepOneofCase.Over)
        {
            OnOver(step.Over);
            return;
        }
        if (step.StepCase == MaskingStep.StepOneofCase.Mask && _delivery is not null)
        {
            // Masked before the stream broke: the delivery tries until it is taken.
            Listen();
            return;
        }
        Become(Answering);
        var (session, stream, stopped) = (_session!, _stream!, _stopped.Token);
        Compute(() => new Answered(session, stream, session.Answer(step, stopped)));
    }

    private void OnAnswer(Answered answered)
    {
        var (stream, answer) = (answered.Stream, answered.Answer);
        Keep(answered);
        // The stream that asked may be gone: the one that took its place asks again, and its answer is still being computed.
        if (!ReferenceEquals(stream, _stream)) return;
        if (answer.Vector is not null)
        {
            Listen();
            return;
        }
        if (answer.Message is { } message) Send(stream, message);
        else Quit(answer.Refusal);
    }

    // The coordinator ends the client's part then.
    private void Quit(string reason)
    {
        _log.Log(reason == DropOuts.Reason ? LogLevel.InfoLevel : LogLevel.WarningLevel, null, "{0} takes no further part in its round: {1}", Name, reason);
        Become(Answering);
        Send(_stream!, new() { Quit = new() { Reason = TaskResult.Cut(reason) } });
    }

    private void Send(IMaskingStream stream, MaskingAnswer message) => stream.SendAsync(message).PipeTo(Self, success: () => new Sent(stream), failure: error => new Broken(stream, error));

    // Also when the stream that asked for it is gone. Any other answer is the same when it is asked for again.
    private void Keep(Answered answered)
    {
        if (answered.Answer.Vector is not { } vector || !ReferenceEquals(answered.Session, _session) || _delivery is not null) return;
        _delivery = Context.ActorOf(DeliveryActor.Props(vector, _ticket, _run.Worker.Transfer, _run.Worker.Timings, Self));
    }

    private void OnOver(Verdict verdict)
    {
        if (verdict.Refused == Refusal.NotActive)
        {
            Pause(verdict.Detail);
            return;
        }
        if (verdict.Refused is not (Refusal.Unspecified or Refusal.RoundClosed or Refusal.WrongRound or Refusal.UnknownRun))
            _log.Warning("The coordinator refused {0}: {1}. {2}", Name, verdict.Refused, verdict.Detail);
        End(counted: verdict.Refused == Refusal.Unspecified);
    }

    // The vector has been counted, or never will be.
    private void OnDelivered(TaskSettled settled)
    {
        if (Sender.Equals(_delivery) && !settled.Counted) End(counted: false);
    }

    private void OnBroken(Broken broken)
    {
        if (broken.Stream is null) OnDefect(broken);
        else Current(broken.Stream, () =>
        {
            if (TransferErrors.MayPass(broken.Error)) Pause(TransferErrors.Describe(broken.Error));
            else OnDefect(broken);
        });
    }

    private void OnDefect(Broken broken)
    {
        if (_stopped.IsCancellationRequested) return;
        _log.Error(broken.Error, "{0} cannot take part in its masked round: {1}", Name, TransferErrors.Describe(broken.Error));
        End(counted: false);
    }

    private void Pause(string why)
    {
        _log.Info("The stream of {0} is opened again: {1}", Name, why);
        Leave();
        _failures++;
        Timers.StartSingleTimer(TryAgain.Instance, TryAgain.Instance, _run.Worker.Timings.Delivery.Delay(_failures, _run.Worker.Timings.Jitter()));
        Become(Pausing);
    }

    private void End(bool counted)
    {
        Leave();
        Forget();
        Timers.CancelAll();
        Become(Over);
        _settled.Tell(new TaskSettled(Id) { Counted = counted });
    }

    private void Leave()
    {
        _streamEnd?.Cancel();
        _stream?.Dispose();
        (_stream, _streamEnd) = (null, null);
    }

    private void Forget()
    {
        if (_delivery is not null) Context.Stop(_delivery);
        if (_session is { } session) _ = DisposeAfterAsync(_work, session);
        (_delivery, _session, _advertisement) = (null, null, null);
    }

    private void Compute<T>(Func<T> work) where T : class
    {
        // A step that is asked again may find the first answer to it still being computed.
        var task = AfterAsync(_work, work, _stopped.Token);
        _work = task;
        task.PipeTo(Self, success: done => done, failure: error => new Broken(null, error));
    }

    private static Task<T> AfterAsync<T>(Task before, Func<T> work, CancellationToken cancellation) => Task.Run(async () =>
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return work();
    }, cancellation);

    private void Current(IMaskingStream? stream, Action then)
    {
        if (ReferenceEquals(stream, _stream)) then();
    }

    private string Name => $"client '{Id.Client}' in round {Id.Round} of run {Id.Run}";

    // A key must not be zeroed under a computation that uses it.
    private static async Task DisposeAfterAsync(Task work, MaskingSession session)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        session.Dispose();
    }

    private static async Task ReturnAfterAsync(Task work, UpdateBuffer buffer)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        buffer.Return();
    }

    private sealed record Prepared(MaskingSession Session, Advertisement Advertisement);

    private sealed record Sent(IMaskingStream Stream);

    private sealed record Came(IMaskingStream Stream, MaskingStep? Step);

    private sealed record Answered(MaskingSession Session, IMaskingStream Stream, SessionAnswer Answer);

    private sealed record Broken(IMaskingStream? Stream, Exception Error);

    private sealed class TryAgain
    {
        public static readonly TryAgain Instance = new();
    }
}
