using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

/// <summary>Knows which workers are there, what they can do and what they are at; gives them the tasks of runs. Every decision is the task board's, and who may
/// attach is <see cref="Admission"/>'s; this actor tells sessions and the tasks' owners what follows from them.</summary>
internal sealed class ClientRegistryActor : ReceiveActor, IWithTimers
{
    /// <summary>How long a worker may take to prove that it is alive when another one claims its name or its clients.</summary>
    public static readonly TimeSpan ProofOfLife = TimeSpan.FromSeconds(3);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RunsSettings _settings;
    private readonly Dictionary<string, Attachment> _attached = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Challenge> _challenges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RoundCommitted> _committed = new(StringComparer.Ordinal);
    private readonly Dictionary<TaskKey, (TaskOrder Order, IActorRef Owner)> _orders = [];
    private readonly HashSet<IActorRef> _subscribers = [];
    private TaskBoard _board = TaskBoard.Empty;
    private Roster _roster = Roster.Nobody;
    private int _sessions;

    public ClientRegistryActor(RunsSettings settings)
    {
        _settings = settings;
        Workers();
        Work();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RunsSettings settings) => Akka.Actor.Props.Create(() => new ClientRegistryActor(settings));

    protected override void PreStart()
    {
        if (ReachabilityActor.IsPossible(Context.System)) Context.ActorOf(ReachabilityActor.Props(), "reachability");
    }

    // A session that fails has lost count of what its worker accepted: end it, move the tasks, let the worker attach anew.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(error =>
    {
        _log.Error(error, "A worker's session failed and is ended.");
        return Directive.Stop;
    });

    private void Workers()
    {
        Receive<Hello>(OnHello);
        Receive<ActorIdentity>(OnProof);
        Receive<NoProof>(silent =>
        {
            if (_challenges.Remove(silent.Session, out var challenge)) Attach(challenge.Newcomer, challenge.Worker, challenge.Rivals);
        });
        Receive<WorkerDraining>(draining =>
        {
            if (IsCurrent(draining.Worker, draining.Session)) PerformForWorkers(Unchanged(_board.Drain(draining.Worker)));
        });
        Receive<WorkerGone>(gone =>
        {
            if (!IsCurrent(gone.Worker, gone.Session)) return;
            _log.Info("Worker {0} is gone.", gone.Worker);
            _attached.Remove(gone.Worker);
            PerformForWorkers(_board.Detach(gone.Worker));
        });
        Receive<NodeUnreachable>(lost =>
        {
            foreach (var worker in On(lost.Node).Where(worker => _board.Workers[worker].Condition != WorkerCondition.Suspect))
            {
                _log.Warning("Worker {0} cannot be reached; its tasks go to others.", worker);
                PerformForWorkers(_board.Suspect(worker));
            }
        });
        Receive<NodeReachable>(back =>
        {
            foreach (var worker in On(back.Node)) PerformForWorkers(Unchanged(_board.Resume(worker)));
        });
    }

    private void Work()
    {
        Receive<OpenRunWork>(open => _jobs[open.Run] = open.JobYaml);
        Receive<SubmitWork>(submit =>
        {
            foreach (var order in submit.Orders) _orders.TryAdd(order.Task.Key, (order, Sender));
            Perform(Unchanged(_board.Add(submit.Orders.Select(order => order.Task))));
        });
        Receive<WorkDone>(done =>
        {
            _orders.Remove(done.Key);
            var step = _board.Complete(done.Key);
            Perform(done.GoesOn ? step with { Withdrawn = [] } : step);
        });
        Receive<WithdrawWork>(withdraw => Withdraw(withdraw.Keys));
        Receive<AnnounceCommit>(commit =>
        {
            if (!commit.Settled.IsEmpty)
            {
                foreach (var key in commit.Settled) _orders.Remove(key);
                Perform(_board.Settle(commit.Settled));
            }
            _board = _board.Forget(commit.Run, commit.Round, commit.WantedFrom);
            var committed = new RoundCommitted { Run = commit.Run, Round = (uint)commit.Round, Attempt = (uint)commit.Attempt, WantedFrom = (uint)commit.WantedFrom, Restorable = { commit.Restorable.Select(round => (uint)round) } };
            _committed[commit.Run] = committed;
            TellSessions(committed);
        });
        Receive<SuspendRunWork>(suspend =>
        {
            foreach (var key in _orders.Keys.Where(key => key.Run == suspend.Run).ToArray()) _orders.Remove(key);
            Perform(Unchanged(_board.Release(suspend.Run)));
        });
        Receive<CloseRunWork>(close =>
        {
            _jobs.Remove(close.Run);
            _committed.Remove(close.Run);
            Withdraw([.. _board.Tasks.Keys.Where(key => key.Run == close.Run)]);
            _board = _board.Forget(close.Run);
            TellSessions(new CloseRun { Run = close.Run, MayGoOn = close.MayGoOn });
        });
        Receive<SubscribeRoster>(_ =>
        {
            _subscribers.Add(Sender);
            Sender.Tell(_roster);
        });
        Receive<UnsubscribeRoster>(_ => _subscribers.Remove(Sender));
    }

    private void OnHello(Hello hello)
    {
        var worker = Sender;
        if (Admission.Check(hello, _settings.ProductVersion) is { } refusal)
        {
            Refuse(hello, worker, refusal);
            return;
        }
        if (_attached.TryGetValue(hello.Worker, out var same) && same.Hello.Session == hello.Session && same.Worker.Equals(worker))
        {
            same.Session.Forward(hello);
            return;
        }
        if (_challenges.ContainsKey(hello.Session)) return;
        var rivals = Admission.Rivals(hello, _attached.Values.Select(attached => attached.Hello));
        // A rival of the same session is the same process, whose actor was made anew; a suspect one has had its chance.
        var doubtful = rivals.RemoveAll(rival => _attached[rival].Hello.Session == hello.Session || _board.Workers[rival].Condition == WorkerCondition.Suspect);
        if (doubtful.IsEmpty)
        {
            Attach(hello, worker, rivals);
            return;
        }
        _challenges[hello.Session] = new(hello, worker, rivals, [.. doubtful]);
        foreach (var rival in doubtful) _attached[rival].Worker.Tell(new Identify(ChallengeId(hello.Session, rival)));
        Timers.StartSingleTimer(hello.Session, new NoProof(hello.Session), ProofOfLife);
    }

    private void OnProof(ActorIdentity proof)
    {
        foreach (var (session, challenge) in _challenges)
        {
            if (challenge.Silent.FirstOrDefault(rival => proof.MessageId is string id && id == ChallengeId(session, rival)) is not { } rival) continue;
            // A node that cannot be reached is answered for: with nobody, or with nothing.
            if (proof.Subject is { } subject && !subject.IsNobody())
            {
                EndChallenge(session);
                Refuse(challenge.Newcomer, challenge.Worker, Admission.Taken(challenge.Newcomer, rival));
            }
            else if (challenge.Silent.Remove(rival) && challenge.Silent.Count == 0)
            {
                EndChallenge(session);
                Attach(challenge.Newcomer, challenge.Worker, challenge.Rivals);
            }
            return;
        }
    }

    private void Attach(Hello hello, IActorRef worker, ImmutableArray<string> replaced)
    {
        var (board, lost) = (_board, ImmutableArray<BoardTask>.Empty);
        foreach (var rival in replaced)
        {
            if (!_attached.Remove(rival, out var gone)) continue;
            _log.Info("Worker {0} takes the place of worker {1}.", hello.Worker, rival);
            Context.Stop(Context.Unwatch(gone.Session));
            var detached = board.Detach(rival);
            (board, lost) = (detached.Board, lost.AddRange(detached.Lost));
        }
        var session = Context.ActorOf(WorkerSessionActor.Props(hello, worker, _settings.TransferAddress), $"session-{++_sessions}");
        Context.WatchWith(session, new WorkerGone(hello.Worker, hello.Session));
        _attached[hello.Worker] = new(hello, worker, session);
        _log.Info("Worker {0} is attached with {1} slots, {2} clients, {3} results.", hello.Worker, hello.Slots, hello.Clients.Count, hello.Held.Count);
        // In one step: what the newcomer holds is not given to others in between.
        var attached = board.Attach(hello.Worker, (int)hello.Slots, hello.Clients).Hold(hello.Worker, hello.Held.Select(id => id.ToKey()));
        PerformForWorkers(attached with { Lost = lost });
    }

    private void Refuse(Hello hello, IActorRef worker, RefusedOffer refusal)
    {
        _log.Warning("Worker {0} is refused: {1}", hello.Worker, refusal.Detail);
        worker.Tell(new Refused { Session = hello.Session, Reason = refusal.Reason, Detail = refusal.Detail });
    }

    private void EndChallenge(string session)
    {
        _challenges.Remove(session);
        Timers.Cancel(session);
    }

    private void Withdraw(ImmutableArray<TaskKey> keys)
    {
        foreach (var key in keys) _orders.Remove(key);
        Perform(_board.Cancel(keys));
    }

    // Tells the world what a change of the board means, then lets the board use what became free.
    private void Perform(BoardStep step)
    {
        var assign = step.Board.Assign();
        _board = assign.Board;
        foreach (var held in step.Withdrawn.GroupBy(task => task.Worker!))
            if (_attached.TryGetValue(held.Key, out var attachment))
                attachment.Session.Tell(new CancelTasks { Ids = { held.Select(task => task.Task.Key.ToProto()) } });
        foreach (var lost in step.Lost.Concat(assign.Lost))
            if (_orders.Remove(lost.Task.Key, out var order))
                order.Owner.Tell(new TaskLost(lost.Task.Key, lost.Worker ?? ""));
        foreach (var assigned in assign.Assigned) Place(assigned);
    }

    private void PerformForWorkers(BoardStep step)
    {
        Perform(step);
        PublishRoster();
    }

    private static BoardStep Unchanged(TaskBoard board) => new(board, [], [], []);

    private void Place(BoardTask assigned)
    {
        var (key, worker) = (assigned.Task.Key, assigned.Worker!);
        var (order, owner) = _orders[key];
        var ticket = NewTicket();
        // The owner first: the worker's answer may come at once.
        owner.Tell(new TaskAssigned(key, worker, ticket));
        var message = new AssignTask { Id = key.ToProto(), Parameters = order.Parameters, Slices = (uint)order.Slices, StateRound = (uint)order.StateRound, Cohort = (uint)order.Cohort, Ticket = ticket };
        _attached[worker].Session.Tell(new PlaceTask(message, _jobs.GetValueOrDefault(key.Run, ""), _committed.GetValueOrDefault(key.Run)));
    }

    private ByteString NewTicket()
    {
        Span<byte> bytes = stackalloc byte[Tickets.Length];
        _settings.Secrets.Fill(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private void PublishRoster()
    {
        var ready = _board.Workers.Values.Where(worker => worker.Condition == WorkerCondition.Ready).ToArray();
        var clients = ready.SelectMany(worker => worker.Clients).ToImmutableSortedSet(StringComparer.Ordinal);
        var labels = ready.Select(worker => (worker.Clients, Labels: _attached.GetValueOrDefault(worker.Name)?.Hello.Labels)).Where(worker => worker.Labels is { Count: > 0 })
            .SelectMany(worker => worker.Clients.Select(client => KeyValuePair.Create<string, IReadOnlyDictionary<string, string>>(client, worker.Labels!)));
        var roster = new Roster(ready.Length, _board.ReadySlots, clients)
        {
            Names = ready.Select(worker => worker.Name).ToImmutableSortedSet(StringComparer.Ordinal),
            Labels = labels.ToImmutableDictionary(StringComparer.Ordinal),
        };
        if (roster.SaysTheSameAs(_roster)) return;
        _roster = roster;
        foreach (var subscriber in _subscribers) subscriber.Tell(_roster);
    }

    private void TellSessions(object message)
    {
        foreach (var attachment in _attached.Values) attachment.Session.Tell(message);
    }

    private bool IsCurrent(string worker, string session) => _attached.TryGetValue(worker, out var attachment) && attachment.Hello.Session == session;

    private string[] On(Address node) => [.. _attached.Where(attached => attached.Value.Worker.Path.Address == node).Select(attached => attached.Key)];

    private static string ChallengeId(string session, string rival) => $"{session}\n{rival}";

    private sealed record Attachment(Hello Hello, IActorRef Worker, IActorRef Session);

    private sealed record Challenge(Hello Newcomer, IActorRef Worker, ImmutableArray<string> Rivals, HashSet<string> Silent);

    private sealed record NoProof(string Session);
}
