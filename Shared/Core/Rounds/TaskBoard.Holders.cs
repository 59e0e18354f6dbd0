using System.Collections.Immutable;

namespace Federated.Core.Rounds;

/// <content>Who has which results. A worker keeps what it gave until its round is durable; a task that is asked for again goes to the one that has
/// the result, which sends it again instead of doing it again.</content>
public sealed partial record TaskBoard
{
    /// <value>The worker that holds the result of a task or is at it, by task; the task need not be on the board. At most one for each.</value>
    public ImmutableDictionary<TaskKey, string> Holders { get; private init; } = ImmutableDictionary<TaskKey, string>.Empty;

    // False while no pending task can have a holder that could take it, so that Assign, which follows every change, need not look through them each
    // time.
    private bool MayReturn { get; init; }

    /// <summary>An attached worker says what it holds. Tasks on the board that others have are taken from them, for to send a result again is quicker
    /// than to train. A result that another ready worker holds stays with that one. Unknown workers are ignored.</summary>
    public BoardStep Hold(string worker, IEnumerable<TaskKey> keys)
    {
        if (!Workers.TryGetValue(worker, out var holder)) return Unchanged(this);
        var board = this;
        var withdrawn = ImmutableArray.CreateBuilder<BoardTask>();
        foreach (var key in keys)
        {
            if (board.Holders.TryGetValue(key, out var other) && other != worker && board.IsReady(other)) continue;
            board = board with { Holders = board.Holders.SetItem(key, worker), MayReturn = true };
            if (!board.Tasks.TryGetValue(key, out var task) || task.Worker is null || task.Worker == worker || !CanTake(holder, task.Task)) continue;
            withdrawn.Add(task);
            board = board.TakeBack(task);
        }
        return new(board, [], [], withdrawn.ToImmutable());
    }

    /// <summary>Takes a run's tasks off the board and leaves them with their workers, which hold them from now on.</summary>
    public TaskBoard Release(string run)
    {
        var board = this;
        foreach (var task in Tasks.Values.Where(task => task.Task.Key.Run == run))
        {
            board = board.Without(task);
            if (task.Worker is not null) board = board with { Holders = board.Holders.SetItem(task.Task.Key, task.Worker) };
        }
        return board;
    }

    /// <summary>A round of a run is durable: what was given for it and for those before it is kept by nobody any more. Evaluations of the round
    /// itself may still be under way.</summary>
    /// <param name="run">The run.</param>
    /// <param name="upToRound">The round.</param>
    /// <param name="wantedFrom">Where rounds overlap: the first one of which updates may still be wanted; 0: the one after it.</param>
    public TaskBoard Forget(string run, int upToRound, int wantedFrom = 0) => Forget(key => key.Run == run
        && (key.Purpose == TaskPurpose.Evaluate ? key.Round < upToRound : wantedFrom > 0 ? key.Round < wantedFrom : key.Round <= upToRound));

    /// <summary>Nobody wants these tasks or their results any more: as <see cref="Cancel"/>, and whoever holds a result is told to forget it.</summary>
    public BoardStep Settle(IReadOnlyCollection<TaskKey> keys)
    {
        var held = keys.Where(key => !Tasks.ContainsKey(key) && Holders.ContainsKey(key)).Select(key => new BoardTask(new(key, Examples: 0), Holders[key], Moved: false));
        ImmutableArray<BoardTask> forgotten = [.. held];
        var step = Cancel(keys);
        return step with { Withdrawn = step.Withdrawn.AddRange(forgotten) };
    }

    /// <summary>A run is over: nobody keeps anything for it.</summary>
    public TaskBoard Forget(string run) => Forget(key => key.Run == run);

    private TaskBoard Forget(Func<TaskKey, bool> over) => this with { Holders = Holders.RemoveRange(Holders.Keys.Where(over)) };

    // Gives pending tasks to the workers that hold their results, whatever else these have to do.
    private TaskBoard Return(ImmutableArray<BoardTask>.Builder assigned)
    {
        if (!MayReturn) return this;
        var board = this with { MayReturn = false };
        if (Holders.IsEmpty) return board;
        foreach (var task in Pending)
        {
            if (!Holders.TryGetValue(task.Key, out var name) || !Workers.TryGetValue(name, out var holder) || !CanTake(holder, task)) continue;
            var placed = board.Tasks[task.Key] with { Worker = name, Resent = true };
            assigned.Add(placed);
            board = board with { Tasks = board.Tasks.SetItem(task.Key, placed), Pending = board.Pending.Remove(task) };
        }
        return board;
    }

    private TaskBoard WithoutHolder(TaskKey key, string worker) =>
        Holders.TryGetValue(key, out var holder) && holder == worker ? this with { Holders = Holders.Remove(key) } : this;

    private bool IsReady(string worker) => Workers.TryGetValue(worker, out var known) && known.Condition == WorkerCondition.Ready;

    private static bool CanTake(BoardWorker worker, PlannedTask task) =>
        worker.Condition == WorkerCondition.Ready && (!task.IsBound || IsHome(worker, task));

    private static bool IsHome(BoardWorker worker, PlannedTask task) => task.Local ? worker.Clients.Contains(task.Key.Client) : worker.Name == task.Home;
}
