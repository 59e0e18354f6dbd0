using System.Collections.Immutable;

namespace Federated.Core.Rounds;

/// <summary>Who does what: workers with slots, tasks that wait and tasks that run. Immutable; every operation returns the board after it and what
/// must be told to whom. <see cref="Assign"/> is called after each.</summary>
public sealed partial record TaskBoard
{
    /// <summary>No workers, no tasks.</summary>
    public static readonly TaskBoard Empty = new();

    private TaskBoard()
    {
    }

    /// <value>Attached workers by name.</value>
    public ImmutableSortedDictionary<string, BoardWorker> Workers { get; private init; } = ImmutableSortedDictionary.Create<string, BoardWorker>(StringComparer.Ordinal);

    /// <value>All tasks that are not done.</value>
    public ImmutableDictionary<TaskKey, BoardTask> Tasks { get; private init; } = ImmutableDictionary<TaskKey, BoardTask>.Empty;

    /// <value>Those without a worker, the next one first.</value>
    public ImmutableSortedSet<PlannedTask> Pending { get; private init; } = ImmutableSortedSet.Create(PlannedTask.Order);

    /// <value>Slots of workers that may get tasks.</value>
    public int ReadySlots => Workers.Values.Where(worker => worker.Condition == WorkerCondition.Ready).Sum(worker => worker.Slots);

    /// <summary>A worker is there.</summary>
    /// <exception cref="ArgumentException">A worker of this name is there already.</exception>
    public TaskBoard Attach(string worker, int slots, IEnumerable<string> clients) =>
        this with { Workers = Workers.Add(worker, new(worker, slots, [.. clients], WorkerCondition.Ready, Held: 0)) };

    /// <summary>A worker is gone for good: its tasks wait again, or are lost where only it could do them.</summary>
    public BoardStep Detach(string worker)
    {
        var step = TakeAway(this, worker);
        var holders = step.Board.Holders.RemoveRange(step.Board.Holders.Where(held => held.Value == worker).Select(held => held.Key));
        return step with { Board = step.Board with { Workers = step.Board.Workers.Remove(worker), Holders = holders }, Withdrawn = [] };
    }

    /// <summary>A worker cannot be reached: as <see cref="Detach"/>, but it may come back, and then it need not go on with what others do now.</summary>
    public BoardStep Suspect(string worker) => TakeAway(Turn(worker, WorkerCondition.Ready, WorkerCondition.Suspect), worker);

    /// <summary>A suspect worker is back. A worker that was not suspect stays as it is.</summary>
    public TaskBoard Resume(string worker) => Turn(worker, WorkerCondition.Suspect, WorkerCondition.Ready) with { MayReturn = true };

    /// <summary>A worker wants no more tasks.</summary>
    public TaskBoard Drain(string worker) =>
        Workers.TryGetValue(worker, out var known) ? this with { Workers = Workers.SetItem(worker, known with { Condition = WorkerCondition.Draining }) } : this;

    /// <summary>Adds tasks. A task that is on the board already stays as it is.</summary>
    public TaskBoard Add(IEnumerable<PlannedTask> tasks)
    {
        var (all, pending) = (Tasks.ToBuilder(), Pending.ToBuilder());
        foreach (var task in tasks)
            if (all.TryAdd(task.Key, new(task, Worker: null, Moved: false)))
                pending.Add(task);
        return this with { Tasks = all.ToImmutable(), Pending = pending.ToImmutable(), MayReturn = true };
    }

    /// <summary>A task is done, by whomever. Its worker holds the result from now on; where another worker may be at it as well, nobody knows which
    /// of them gave the result, and the present one is told to forget it.</summary>
    public BoardStep Complete(TaskKey key)
    {
        if (!Tasks.TryGetValue(key, out var task)) return Unchanged(this);
        var board = Without(task);
        if (task.Worker is null) return Unchanged(board);
        return task is { Moved: true, Resent: false }
            ? new(board.WithoutHolder(key, task.Worker), [], [], [task])
            : Unchanged(board with { Holders = board.Holders.SetItem(key, task.Worker) });
    }

    /// <summary>Nobody wants these tasks any more.</summary>
    public BoardStep Cancel(IEnumerable<TaskKey> keys)
    {
        var board = this;
        var withdrawn = ImmutableArray.CreateBuilder<BoardTask>();
        foreach (var key in keys)
        {
            board = board with { Holders = board.Holders.Remove(key) };
            if (!board.Tasks.TryGetValue(key, out var task)) continue;
            board = board.Without(task);
            if (task.Worker is not null) withdrawn.Add(task);
        }
        return new(board, [], [], withdrawn.ToImmutable());
    }

    /// <summary>Gives pending tasks to the workers that hold their results, then to free slots, the least loaded worker first. While there is plenty
    /// of work, a worker holds twice its slots, so that none idles between two tasks; the last tasks are kept back for whoever is free
    /// first.</summary>
    public BoardStep Assign()
    {
        var (assigned, lost) = (ImmutableArray.CreateBuilder<BoardTask>(), ImmutableArray.CreateBuilder<BoardTask>());
        var board = Return(assigned);
        var slots = ReadySlots;
        foreach (var task in board.Pending)
        {
            var stock = board.Pending.Count >= slots ? 2 : 1;
            if (task.Local && board.HomeOf(task) is null)
            {
                if (task.Patient) continue;
                lost.Add(board.Tasks[task.Key]);
                board = board.Without(board.Tasks[task.Key]);
                continue;
            }
            if (board.WorkerFor(task, stock) is { } worker)
            {
                var waiting = board.Tasks[task.Key];
                // Whoever holds the result cannot be given the task now, and may deliver it all the same.
                var placed = waiting with { Worker = worker.Name, Moved = waiting.Moved || board.Holders.ContainsKey(task.Key) };
                assigned.Add(placed);
                board = board with
                {
                    Tasks = board.Tasks.SetItem(task.Key, placed),
                    Pending = board.Pending.Remove(task),
                    Workers = board.Workers.SetItem(worker.Name, worker with { Held = worker.Held + 1 }),
                };
            }
            else if (!task.IsBound && task.Avoid.IsEmpty)
            {
                // No slot anywhere, so none for those behind it either.
                break;
            }
        }
        return new(board, assigned.ToImmutable(), lost.ToImmutable(), []);
    }

    private BoardWorker? HomeOf(PlannedTask task) => Workers.Values.FirstOrDefault(worker => worker.Condition == WorkerCondition.Ready && IsHome(worker, task));

    private BoardWorker? WorkerFor(PlannedTask task, int stock)
    {
        if (task.IsBound) return HomeOf(task) is { } home && home.Held < stock * home.Slots ? home : null;
        var ready = Workers.Values.Where(worker => worker.Condition == WorkerCondition.Ready);
        var preferred = ready.Where(worker => !task.Avoid.Contains(worker.Name));
        BoardWorker? best = null;
        foreach (var worker in task.Avoid.IsEmpty || !preferred.Any() ? ready : preferred)
            if (worker.Held < stock * worker.Slots && (best is null || (long)worker.Held * best.Slots < (long)best.Held * worker.Slots))
                best = worker;
        return best;
    }

    private TaskBoard Turn(string worker, WorkerCondition from, WorkerCondition to) => Workers.TryGetValue(worker, out var known) && known.Condition == from
        ? this with { Workers = Workers.SetItem(worker, known with { Condition = to }) }
        : this;

    private static BoardStep TakeAway(TaskBoard board, string worker)
    {
        var held = board.Tasks.Values.Where(task => task.Worker == worker).ToImmutableArray();
        var lost = ImmutableArray.CreateBuilder<BoardTask>();
        foreach (var task in held)
        {
            board = board.WithoutHolder(task.Task.Key, worker);
            if (task.Task is { Local: true, Patient: false })
            {
                lost.Add(task);
                board = board.Without(task);
            }
            else
            {
                board = board.TakeBack(task);
            }
        }
        return new(board, [], lost.ToImmutable(), held);
    }

    // A bound task has one home: nobody else can be at it.
    private TaskBoard TakeBack(BoardTask task)
    {
        var board = Without(task);
        return board with
        {
            Tasks = board.Tasks.Add(task.Task.Key, new(task.Task, Worker: null, Moved: !task.Task.IsBound)),
            Pending = board.Pending.Add(task.Task),
            MayReturn = true,
        };
    }

    private static BoardStep Unchanged(TaskBoard board) => new(board, [], [], []);

    private TaskBoard Without(BoardTask task) => this with
    {
        Tasks = Tasks.Remove(task.Task.Key),
        Pending = task.Worker is null ? Pending.Remove(task.Task) : Pending,
        Workers = task is { Worker: not null, Resent: false } && Workers.TryGetValue(task.Worker, out var worker)
            ? Workers.SetItem(task.Worker, worker with { Held = worker.Held - 1 })
            : Workers,
    };
}
