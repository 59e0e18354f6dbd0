using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Worker.Grpc;
using Federated.Worker.Options;

namespace Federated.Worker.Actors;

/// <summary>One run's parameters on this worker: fetched once for all clients, verified, and kept as long as they are among the two asked for last
/// (those of this round and those of the round before, which may still be evaluated). They have one of the run's schemas: the model's, or that of what its algorithm sends.</summary>
internal sealed class ParameterCacheActor : ReceiveActor, IWithTimers
{
    private const int Kept = 2;

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<ParameterVector> _kept = [];
    private readonly Dictionary<string, Fetch> _fetches = new(StringComparer.Ordinal);
    private readonly string _run;
    private readonly ImmutableArray<ParameterSchema> _schemas;
    private readonly ITransfer _transfer;
    private readonly WorkerTimings _timings;
    private bool _away;

    public ParameterCacheActor(string run, ImmutableArray<ParameterSchema> schemas, ITransfer transfer, WorkerTimings timings)
    {
        (_run, _schemas, _transfer, _timings) = (run, schemas, transfer, timings);
        Receive<GetParameters>(OnGet);
        Receive<Fetched>(OnFetched);
        Receive<FetchFailed>(OnFailed);
        Receive<TryAgain>(again => Download(_fetches[again.Sha256]));
        Receive<Detached>(_ => _away = true);
        Receive<Reattached>(_ =>
        {
            _away = false;
            TryWaitingNow();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string run, ImmutableArray<ParameterSchema> schemas, ITransfer transfer, WorkerTimings timings) =>
        Akka.Actor.Props.Create(() => new ParameterCacheActor(run, schemas, transfer, timings));

    protected override void PostStop() => _stopped.Cancel();

    private void OnGet(GetParameters get)
    {
        var wanted = get.Wanted;
        if (_kept.FirstOrDefault(parameters => parameters.Hash == wanted.Sha256) is { } found)
        {
            Touch(found);
            Sender.Tell(new ParametersReady(found));
        }
        else if (SchemaOf(wanted) is not { } schema)
        {
            Sender.Tell(new ParametersFailed(
                $"The parameters of run {_run} have another schema than the model that its job makes here; the versions of coordinator and worker may differ."));
        }
        else if (_fetches.TryGetValue(wanted.Sha256, out var underWay))
        {
            underWay.Waiting.Add(Sender);
        }
        else
        {
            var fetch = new Fetch(wanted, schema) { Waiting = { Sender } };
            _fetches.Add(wanted.Sha256, fetch);
            Download(fetch);
        }
    }

    private void Download(Fetch fetch)
    {
        var sha256 = fetch.Wanted.Sha256;
        fetch.Pausing = false;
        _transfer.DownloadAsync(_run, fetch.Wanted, fetch.Schema, _stopped.Token).PipeTo(Self,
            success: received => received.Ok ? new Fetched(received.Value) : new FetchFailed(sha256, received.Error, Defect: null),
            failure: error => new FetchFailed(sha256, TransferErrors.Describe(error), TransferErrors.MayPass(error) ? null : error));
    }

    private void OnFetched(Fetched fetched)
    {
        var parameters = fetched.Parameters;
        _fetches.Remove(parameters.Hash, out var fetch);
        Touch(parameters);
        foreach (var waiting in fetch!.Waiting) waiting.Tell(new ParametersReady(parameters));
    }

    private void OnFailed(FetchFailed failed)
    {
        var fetch = _fetches[failed.Sha256];
        fetch.Failures++;
        _log.Info("Run {0}: try {1} of {2} to fetch parameters {3} failed: {4}", _run, fetch.Failures, _timings.FetchTries, failed.Sha256, failed.Reason);
        // Without a coordinator there is nothing to give up: the tasks are what its successor asks for, and a failure would be counted as theirs.
        if (_away || fetch.Failures < _timings.FetchTries)
        {
            fetch.Pausing = true;
            Timers.StartSingleTimer(failed.Sha256, new TryAgain(failed.Sha256), _timings.Fetch.Delay(fetch.Failures, _timings.Jitter()));
            return;
        }
        // Once for all who wait; a coordinator that was away or has retired them is no defect of this worker.
        _log.Warning(failed.Defect, "Run {0}: parameters could not be fetched in {1} tries: {2}", _run, fetch.Failures, failed.Reason);
        _fetches.Remove(failed.Sha256);
        var answer = new ParametersFailed($"The parameters could not be fetched in {fetch.Failures} tries: {failed.Reason}");
        foreach (var waiting in fetch.Waiting) waiting.Tell(answer);
    }

    private void TryWaitingNow()
    {
        foreach (var (sha256, fetch) in _fetches)
        {
            fetch.Failures = 0;
            if (!fetch.Pausing) continue;
            Timers.Cancel(sha256);
            Download(fetch);
        }
    }

    private void Touch(ParameterVector parameters)
    {
        _kept.Remove(parameters);
        _kept.Add(parameters);
        if (_kept.Count > Kept) _kept.RemoveAt(0);
    }

    private ParameterSchema? SchemaOf(ParametersRef wanted) => _schemas.FirstOrDefault(schema => wanted.SchemaHash == schema.Hash && wanted.Count == (ulong)schema.Count);

    private sealed class Fetch(ParametersRef wanted, ParameterSchema schema)
    {
        public ParametersRef Wanted { get; } = wanted;
        public ParameterSchema Schema { get; } = schema;
        public List<IActorRef> Waiting { get; } = [];
        public int Failures { get; set; }
        public bool Pausing { get; set; }
    }

    private sealed record Fetched(ParameterVector Parameters);

    private sealed record FetchFailed(string Sha256, string Reason, Exception? Defect);

    private sealed record TryAgain(string Sha256);
}
