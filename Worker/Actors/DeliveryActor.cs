using Akka.Actor;
using Akka.Event;
using Federated.V1;
using Federated.Worker.Grpc;
using Federated.Worker.Options;
using Federated.Worker.Tasks;
using Google.Protobuf;

namespace Federated.Worker.Actors;

/// <summary>Brings one result to the coordinator and keeps it until it is stopped: Sending, Pausing between tries, Settled. A coordinator that lost
/// what was not
/// durable yet gets it again by <see cref="Reattached"/> or <see cref="Resend"/>.</summary>
/// <remarks>A verdict is final, whatever it says, except that the node is not the active one. Only failures of the transport that may pass are tried
/// again, without end:
/// whoever no longer wants the result stops this actor.</remarks>
internal sealed class DeliveryActor : ReceiveActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskResult _result;
    private readonly ITransfer _transfer;
    private readonly WorkerTimings _timings;
    private readonly IActorRef _settled;
    private Task<Verdict>? _call;
    private int _failures;
    private ByteString _ticket;
    private bool _sendAgain;
    private bool _asked;
    private Refusal _lastRefusal;

    public DeliveryActor(TaskResult result, ByteString ticket, ITransfer transfer, WorkerTimings timings, IActorRef settled)
    {
        (_result, _ticket, _transfer, _timings, _settled) = (result, ticket, transfer, timings, settled);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="result">What to deliver; its buffer belongs to the actor from now on.</param>
    /// <param name="ticket">Of the task's latest assignment.</param>
    /// <param name="transfer">The data plane.</param>
    /// <param name="timings">Delays.</param>
    /// <param name="settled">Told <see cref="TaskSettled"/> each time that the delivery has come to an end.</param>
    public static Props Props(TaskResult result, ByteString ticket, ITransfer transfer, WorkerTimings timings, IActorRef settled) =>
        Akka.Actor.Props.Create(() => new DeliveryActor(result, ticket, transfer, timings, settled));

    protected override void PreStart() => Send();

    protected override void PostStop()
    {
        _stopped.Cancel();
        _settled.Tell(new TaskSettled(_result.Id));
        if (_result is UploadResult { Buffer: { } buffer }) _ = ReturnAfterAsync(_call, buffer);
    }

    private void Sending()
    {
        Receive<Answered>(answered => OnVerdict(answered.Verdict));
        Receive<Broken>(broken => OnBroken(broken.Error));
        // What is under way may reach a coordinator that has lost it since.
        Receive<Reattached>(_ => _sendAgain = true);
        // What is under way may be refused by a coordinator that did not know the run yet when it came, and asks for the result since it does.
        Receive<Resend>(again => (_ticket, _asked) = (again.Ticket, true));
    }

    private void Pausing()
    {
        Receive<TryAgain>(_ => Send());
        Receive<Resend>(Send);
        Receive<Reattached>(_ => Send());
    }

    private void Settled()
    {
        Receive<Resend>(Send);
        Receive<Reattached>(_ => Send());
    }

    private void Send(Resend again)
    {
        _ticket = again.Ticket;
        Send();
    }

    private void Send()
    {
        Timers.Cancel(TryAgain.Instance);
        (_sendAgain, _asked) = (false, false);
        _call = _result switch
        {
            UploadResult upload => _transfer.UploadAsync(new(upload.Header) { Ticket = _ticket }, upload.Values, _stopped.Token),
            MaskedResult masked => _transfer.UploadMaskedAsync(new(masked.Header) { Ticket = _ticket }, masked.Packed, _stopped.Token),
            ReportResult report => _transfer.ReportAsync(new(report.Report) { Ticket = _ticket }, _stopped.Token),
            _ => throw new InvalidOperationException($"No way to deliver a {_result.GetType().Name}."),
        };
        _call.PipeTo(Self, success: verdict => new Answered(verdict), failure: error => new Broken(error));
        Become(Sending);
    }

    private void OnVerdict(Verdict verdict)
    {
        if (verdict.Refused == Refusal.NotActive)
        {
            Pause();
            return;
        }
        if (verdict.Refused != Refusal.Unspecified && verdict.Refused != _lastRefusal)
        {
            // Late and repeated results are everyday life; anything else means that one of the two sides has a defect.
            // So is a ticket of a coordinator that is gone: its successor gives out another.
            var level = verdict.Refused is Refusal.WrongTicket or Refusal.Duplicate or Refusal.RoundClosed or Refusal.TooStale or Refusal.WrongRound or Refusal.UnknownRun
                ? LogLevel.InfoLevel
                : LogLevel.WarningLevel;
            var task = TaskWork.Name(_result.Id);
            _log.Log(level, null, "The coordinator refused the result of the {0}: {1}. {2}", task, verdict.Refused, verdict.Detail);
        }
        _lastRefusal = verdict.Refused;
        _failures = 0;
        var counted = verdict.Refused is Refusal.Unspecified or Refusal.Duplicate;
        if (_sendAgain || (_asked && !counted)) Send();
        else Settle(counted);
    }

    private void OnBroken(Exception error)
    {
        if (TransferErrors.MayPass(error))
        {
            _log.Info("Delivering the result of the {0} failed: {1}", TaskWork.Name(_result.Id), TransferErrors.Describe(error));
            Pause();
            return;
        }
        _log.Error(error, "The result of the {0} cannot be delivered: {1}", TaskWork.Name(_result.Id), TransferErrors.Describe(error));
        Settle(counted: false);
    }

    private void Pause()
    {
        _failures++;
        if (_sendAgain)
        {
            Send();
            return;
        }
        Timers.StartSingleTimer(TryAgain.Instance, TryAgain.Instance, _timings.Delivery.Delay(_failures, _timings.Jitter()));
        Become(Pausing);
    }

    private void Settle(bool counted)
    {
        Become(Settled);
        _settled.Tell(new TaskSettled(_result.Id) { Counted = counted });
    }

    // The sender reads the buffer until its call has ended, also after it was cancelled.
    private static async Task ReturnAfterAsync(Task? call, UpdateBuffer buffer)
    {
        if (call is not null) await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        buffer.Return();
    }

    private sealed record Answered(Verdict Verdict);

    private sealed record Broken(Exception Error);

    private sealed class TryAgain
    {
        public static readonly TryAgain Instance = new();
    }
}
