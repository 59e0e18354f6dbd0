using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine;
using Federated.V1;
using Federated.Worker.State;
using Federated.Worker.Tasks;

namespace Federated.Worker.Actors;

/// <summary>One open run: Opening its engine while tasks wait, then Open, or Broken, where every task is reported as failed with the reason until a later attempt
/// or round asks for one: then it is opened again, since a table that was missing may be there by now.</summary>
internal sealed class RunContextActor : ReceiveActor, IWithUnboundedStash
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<string, IActorRef> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<TaskId, (IActorRef Delivery, int Assigned)> _failures = [];
    private readonly HashSet<TaskId> _toldFailures = [];
    private readonly string _run;
    private readonly WorkerScope _worker;
    private readonly IActorRef _trainers;
    private readonly string _yaml;
    private Task<OpenedRun>? _opening;

    public RunContextActor(OpenRun run, WorkerScope worker, IActorRef trainers)
    {
        (_run, _worker, _trainers, _yaml) = (run.Run, worker, trainers, run.JobYaml);
        Become(Opening);
    }

    public IStash Stash { get; set; } = null!;

    public static Props Props(OpenRun run, WorkerScope worker, IActorRef trainers) =>
        Akka.Actor.Props.Create(() => new RunContextActor(run, worker, trainers));

    // A client or delivery that fails has a defect that a restart would meet again, and it would have lost what it kept anyway.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PreStart() => StartOpening();

    protected override void PostStop()
    {
        _stopped.Cancel();
        if (_opening is not null) _ = CloseAsync(_opening);
    }

    private void StartOpening()
    {
        _opening = OpenAsync(_run, _yaml, _worker, _stopped.Token);
        _opening.PipeTo(Self, success: opened => opened, failure: error => error is EngineException known
            ? new Failed(error.Message, IsPermanent: true, Defect: null) { OnlyHere = known.OnlyHere }
            : new Failed($"Run {_run} could not be opened: {error.Message}", IsPermanent: false, Defect: error));
    }

    private static Task<OpenedRun> OpenAsync(string run, string yaml, WorkerScope worker, CancellationToken cancellation) => Task.Run(async () =>
    {
        var job = worker.ReadJob(yaml);
        worker.Gate.Admit(run, job);
        var localClients = job.Data.Placement == Placement.Local ? worker.Options.Clients : [];
        worker.Identities.Check(job, localClients);
        var states = await worker.States.OpenAsync(run);
        return new OpenedRun(new SharedRunEngine(job, await worker.Engine.OpenAsync(job, localClients, cancellation)), states);
    }, cancellation);

    // Whoever closes the run while it is being opened gets an engine that nobody needs.
    private static async Task CloseAsync(Task<OpenedRun> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully) (await opening).Engine.Close();
    }

    private void Opening()
    {
        Receive<OpenedRun>(opened =>
        {
            if (!opened.Engine.TryEnter(out var engine)) return;
            ImmutableArray<ParameterSchema> schemas = [engine.Schema, engine.BroadcastSchema];
            var slow = _worker.Options.Pace?.Slow(opened.Engine.Job.Seed, engine.Clients.Select(client => client.Id)) ?? [];
            opened.Engine.Exit();
            if (_worker.Engine.Notice is { } notice) _log.Warning("Run {0}: {1}", _run, notice);
            var cache = Context.ActorOf(ParameterCacheActor.Props(_run, schemas, _worker.Transfer, _worker.Timings), "parameters");
            var scope = new RunScope(_run, _worker, opened.Engine, cache, _trainers, opened.States) { Slow = slow };
            Become(() => Open(scope));
            Stash.UnstashAll();
        });
        Receive<Failed>(failed =>
        {
            var level = failed.Defect is null ? LogLevel.WarningLevel : LogLevel.ErrorLevel;
            _log.Log(level, failed.Defect, "Run {0} fails on this worker: {1}", _run, failed.Reason);
            Become(() => Broken(failed));
            Stash.UnstashAll();
        });
        ReceiveAny(_ => Stash.Stash());
    }

    private void Open(RunScope scope)
    {
        Receive<AssignTask>(task => Client(task.Id.Client, scope).Tell(task));
        Receive<CancelTasks>(cancel =>
        {
            DropFailures(cancel.Ids.Contains);
            foreach (var client in cancel.Ids.Select(id => id.Client).Distinct())
                if (_clients.TryGetValue(client, out var actor)) actor.Tell(cancel);
        });
        Receive<RoundCommitted>(committed =>
        {
            DropFailuresBefore(committed);
            scope.States.CommittedAsync(
                (int)Math.Min(committed.Round, int.MaxValue), (int)Math.Min(committed.Attempt, int.MaxValue), [.. committed.Restorable.Take(ClientStateStore.MostRestorable).Select(round => (int)Math.Min(round, int.MaxValue))])
                .PipeTo(Self, success: () => StatesSettled.Fine, failure: error => new StatesSettled(error));
            TellAll(committed);
        });
        Receive<StatesSettled>(settled =>
        {
            // It is tried again when a client's state is loaded, and fails that client's task if it fails still.
            if (settled.Error is not null) _log.Warning(settled.Error, "Run {0}: what clients keep could not be brought up to date.", _run);
        });
        Receive<Reattached>(again =>
        {
            scope.Parameters.Tell(again);
            TellFailures(again);
            TellAll(again);
        });
        Receive<Detached>(scope.Parameters.Tell);
        Receive<TaskSettled>(OnSettled);
        // From this actor, so that the worker can tell what a closed run of the same name has to say.
        Receive<TaskDropped>(Context.Parent.Tell);
        Receive<Terminated>(gone =>
        {
            if (_clients.FirstOrDefault(client => client.Value.Equals(gone.ActorRef)).Key is not { } client) return;
            _clients.Remove(client);
            Context.Parent.Tell(new ClientLost(_run, client));
        });
    }

    private void Broken(Failed failed)
    {
        (uint Round, uint Attempt)? first = null;
        Receive<AssignTask>(task =>
        {
            if (_failures.TryGetValue(task.Id, out var known))
            {
                _failures[task.Id] = known with { Assigned = known.Assigned + 1 };
                _toldFailures.Remove(task.Id);
                known.Delivery.Tell(new Resend(task.Ticket));
                return;
            }
            var asks = (task.Id.Round, task.Id.Attempt);
            if ((first ??= asks).CompareTo(asks) < 0)
            {
                Stash.Stash();
                StartOpening();
                Become(Opening);
                return;
            }
            var report = TaskResult.Failed(task.Id, failed.Reason, failed.IsPermanent, failed.OnlyHere);
            _failures[task.Id] = (Context.ActorOf(DeliveryActor.Props(report, task.Ticket, _worker.Transfer, _worker.Timings, Self)), Assigned: 1);
        });
        Receive<CancelTasks>(cancel => DropFailures(cancel.Ids.Contains));
        Receive<RoundCommitted>(DropFailuresBefore);
        Receive<Reattached>(TellFailures);
        Receive<Detached>(_ => { });
        // Of clients of an earlier life of this actor.
        Receive<TaskSettled>(OnSettled);
        Receive<TaskDropped>(Context.Parent.Tell);
    }

    private IActorRef Client(string client, RunScope scope)
    {
        if (!_clients.TryGetValue(client, out var actor)) _clients[client] = actor = Context.Watch(Context.ActorOf(ClientActor.Props(client, scope)));
        return actor;
    }

    private void TellAll(object message)
    {
        foreach (var client in _clients.Values) client.Tell(message);
    }

    private void TellFailures(Reattached again)
    {
        foreach (var failure in _failures.Values) failure.Delivery.Tell(again);
    }

    private void OnSettled(TaskSettled settled)
    {
        if (_failures.ContainsKey(settled.Id)) _toldFailures.Add(settled.Id);
        Context.Parent.Forward(settled);
    }

    // As clients do: the evaluation of a round comes after its commit, and is waited for while later rounds are committed.
    private void DropFailuresBefore(RoundCommitted committed) => DropFailures(
        id => id.Kind == TaskKind.Evaluate ? id.Round < committed.Round && _toldFailures.Contains(id)
            : id.Round < (committed.WantedFrom > 0 ? committed.WantedFrom : committed.Round + 1));

    private void DropFailures(Func<TaskId, bool> over)
    {
        foreach (var id in _failures.Keys.Where(over).ToArray())
            if (_failures.Remove(id, out var failure))
            {
                _toldFailures.Remove(id);
                Context.Stop(failure.Delivery);
                Context.Parent.Tell(new TaskDropped(id, failure.Assigned));
            }
    }

    private sealed record OpenedRun(SharedRunEngine Engine, ClientStateStore States);

    private sealed record StatesSettled(Exception? Error)
    {
        public static readonly StatesSettled Fine = new(Error: null);
    }

    private sealed record Failed(string Reason, bool IsPermanent, Exception? Defect)
    {
        public bool OnlyHere { get; init; }
    }
}
