using Akka.Actor;
using Federated.V1;

namespace Federated.Worker.Actors;

/// <summary>One client of one run. Computes at most one task at a time, in order of arrival, and keeps its results until their round is durable. The
/// client without a name stands for tasks of no client, which may run side by side.</summary>
internal sealed class ClientActor : ReceiveActor
{
    private readonly RunScope _run;
    private readonly int _atOnce;
    private readonly Dictionary<TaskId, IActorRef> _tasks = [];
    private readonly HashSet<TaskId> _computing = [];
    private readonly HashSet<TaskId> _settled = [];
    private readonly Dictionary<TaskId, int> _assigned = [];
    private readonly List<AssignTask> _waiting = [];
    private long _committed = -1;
    private long _wantedFrom;   // the first round of which an update may still be wanted

    public ClientActor(string client, RunScope run)
    {
        _run = run;
        _atOnce = client.Length == 0 ? int.MaxValue : 1;
        Receive<AssignTask>(OnAssign);
        Receive<ComputingOver>(over =>
        {
            _computing.Remove(over.Id);
            StartNext();
        });
        Receive<TaskSettled>(settled =>
        {
            if (_tasks.ContainsKey(settled.Id)) _settled.Add(settled.Id);
            Context.Parent.Tell(settled);
        });
        Receive<CancelTasks>(cancel => Drop(cancel.Ids.Contains));
        Receive<RoundCommitted>(committed =>
        {
            // A lower one than before: the run was set back, and its rounds are asked for again.
            _committed = committed.Round;
            _wantedFrom = committed.WantedFrom > 0 ? committed.WantedFrom : _committed + 1;
            Drop(id => id.Kind == TaskKind.Evaluate ? id.Round < _committed && _settled.Contains(id) : id.Round < _wantedFrom);
        });
        Receive<Reattached>(again =>
        {
            foreach (var task in _tasks.Values) task.Tell(again);
        });
        Receive<Terminated>(gone =>
        {
            // A task that was stopped by its own defect; the ones that were dropped are forgotten already.
            foreach (var id in _tasks.Where(task => task.Value.Equals(gone.ActorRef)).Select(task => task.Key).ToArray()) Forget(id);
            StartNext();
        });
    }

    public static Props Props(string client, RunScope run) => Akka.Actor.Props.Create(() => new ClientActor(client, run));

    // A task that fails has a defect that a restart would meet again; the coordinator's deadline covers it.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void PostStop()
    {
        foreach (var id in _assigned.Keys.ToArray()) TellDropped(id);
    }

    private void OnAssign(AssignTask task)
    {
        _assigned[task.Id] = _assigned.GetValueOrDefault(task.Id) + 1;
        if (_tasks.TryGetValue(task.Id, out var known))
        {
            _settled.Remove(task.Id);
            known.Tell(task);
            return;
        }
        if (_waiting.FindIndex(waiting => waiting.Id.Equals(task.Id)) is >= 0 and var place)
        {
            // Its ticket may be a new one.
            _waiting[place] = task;
            return;
        }
        // A durable round wants no update any more. Its evaluation comes after the commit, so that one is always done.
        if (task.Id.Kind != TaskKind.Evaluate && task.Id.Round < _wantedFrom)
        {
            Context.Parent.Tell(new TaskSettled(task.Id));
            TellDropped(task.Id);
            return;
        }
        // A client is asked again only when its earlier update is no longer wanted.
        if (task.Id.Kind == TaskKind.Train) Drop(id => id.Kind == TaskKind.Train);
        _waiting.Add(task);
        StartNext();
    }

    private void StartNext()
    {
        while (_waiting.Count > 0 && _computing.Count < _atOnce)
        {
            var task = _waiting[0];
            _waiting.RemoveAt(0);
            _computing.Add(task.Id);
            _tasks.Add(task.Id, Context.Watch(Context.ActorOf(TaskActor.Props(task, _run))));
        }
    }

    private void Drop(Func<TaskId, bool> wanted)
    {
        foreach (var id in _tasks.Keys.Where(wanted).ToArray())
        {
            Context.Stop(Context.Unwatch(_tasks[id]));
            Forget(id);
        }
        foreach (var task in _waiting.Where(task => wanted(task.Id)).ToArray())
        {
            _waiting.Remove(task);
            Context.Parent.Tell(new TaskSettled(task.Id));
            TellDropped(task.Id);
        }
        StartNext();
    }

    private void Forget(TaskId id)
    {
        _tasks.Remove(id);
        _computing.Remove(id);
        _settled.Remove(id);
        TellDropped(id);
    }

    private void TellDropped(TaskId id)
    {
        if (_assigned.Remove(id, out var times)) Context.Parent.Tell(new TaskDropped(id, times));
    }
}
