using System.Collections.Immutable;
using Federated.Core.Randomness;
using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

/// <summary>Random sequences of everything that can happen to a board, each followed by Assign as the registry does, against what workers were told.</summary>
public sealed class TaskBoardPropertyTests
{
    private const int Steps = 400;
    private static readonly string[] Names = ["w0", "w1", "w2", "w3"];
    private static readonly string[] Runs = ["r", "s"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Every_sequence_of_changes_keeps_the_books(int seed)
    {
        for (var sequence = 0; sequence < 10; sequence++)
        {
            var random = new RandomStream(SeedTree.Derive((ulong)seed, "board", sequence));
            var world = new World();
            for (var step = 0; step < Steps; step++) world.Perform(Change(world.Board, random));
            Assert.True(world.Seen is { Resent: > 0, Moved: > 0, Withdrawn: > 0, Lost: > 0, Waiting: > 0 }, $"The sequence was too tame: {world.Seen}");
        }
    }

    private static BoardStep Change(TaskBoard board, RandomStream random)
    {
        var worker = Names[random.Next(Names.Length)];
        var known = board.Workers.ContainsKey(worker);
        switch (random.Next(14))
        {
            case 0 or 1: return known ? Only(board.Resume(worker)) : Attach(board, worker, random);
            case 2: return board.Detach(worker);
            case 3: return board.Suspect(worker);
            case 4: return Only(board.Resume(worker));
            case 5: return random.Next(4) == 0 ? Only(board.Drain(worker)) : Only(board);
            case 6 or 7 or 8: return Only(board.Add(Tasks(random, 1 + random.Next(8))));
            case 9 or 10: return board.Tasks.IsEmpty ? Only(board) : board.Complete(AnyOf(board, random));
            case 11: return board.Cancel(Tasks(random, 3).Select(task => task.Key));
            case 12: return board.Hold(worker, Tasks(random, 4).Select(task => task.Key));
            default:
                return Only(random.Next(3) switch
                {
                    0 => board.Release(Runs[random.Next(2)]),
                    1 => board.Forget("r", random.Next(3)),
                    _ => board.Forget("s"),
                });
        }
    }

    // In an order of its own: that of the dictionary is another in each process.
    private static TaskKey AnyOf(TaskBoard board, RandomStream random) =>
        board.Tasks.Keys.OrderBy(key => key.ToString(), StringComparer.Ordinal).ElementAt(random.Next(board.Tasks.Count));

    private static BoardStep Attach(TaskBoard board, string worker, RandomStream random)
    {
        // A client lives on one worker: the registry sees to that.
        var taken = board.Workers.Values.SelectMany(other => other.Clients).ToHashSet();
        var clients = Enumerable.Range(0, 6).Select(i => $"c{i}").Where(client => !taken.Contains(client) && random.Next(2) == 0).ToArray();
        return board.Attach(worker, 1 + random.Next(3), clients).Hold(worker, Tasks(random, random.Next(6)).Select(task => task.Key));
    }

    private static ImmutableArray<PlannedTask> Tasks(RandomStream random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Task(Runs[random.Next(2)], random.Next(3), random.Next(6)))];

    // The same name is always the same task: of run "s" those of some clients are local, of these some patient; of run "r" those of one have a home.
    private static PlannedTask Task(string run, int round, int client) => round == 0
        ? new(new(run, TaskPurpose.Evaluate, 1, 1, "", client), 10)
        : new(new(run, TaskPurpose.Train, round, 1, $"c{client}"), client) { Local = run == "s" && client < 4, Patient = run == "s" && client < 2, Home = run == "r" && client == 5 ? "w1" : "" };

    private static BoardStep Only(TaskBoard board) => new(board, [], [], []);

    private sealed record Tally(int Resent, int Moved, int Withdrawn, int Lost, int Waiting);

    /// <summary>Who was told to do what and was not told to forget it since.</summary>
    private sealed class World
    {
        private readonly Dictionary<string, HashSet<TaskKey>> _told = [];

        public TaskBoard Board { get; private set; } = TaskBoard.Empty;

        public Tally Seen { get; private set; } = new(0, 0, 0, 0, 0);

        public void Perform(BoardStep step)
        {
            var before = step.Board;
            var assign = before.Assign();
            foreach (var gone in _told.Keys.Where(worker => !before.Workers.ContainsKey(worker)).ToArray()) _told.Remove(gone);
            foreach (var task in step.Withdrawn) Assert.True(_told[task.Worker!].Remove(task.Task.Key), "A worker was told to forget what it was never told to do.");
            // What is off the board is done, or its owner is told; it is nobody's work any more.
            foreach (var told in _told.Values) told.RemoveWhere(key => !before.Tasks.ContainsKey(key));
            CheckSlots(before, assign);
            foreach (var task in assign.Assigned) Tell(task, assign.Board);
            Assert.Empty(assign.Withdrawn);
            Assert.DoesNotContain(step.Lost.Concat(assign.Lost), task => task.Task.Patient || !task.Task.Local);
            Board = assign.Board;
            CheckBooks();
            Seen = new(
                Seen.Resent + assign.Assigned.Count(task => task.Resent), Seen.Moved + assign.Assigned.Count(task => task.Moved), Seen.Withdrawn + step.Withdrawn.Length,
                Seen.Lost + step.Lost.Length + assign.Lost.Length, Seen.Waiting + Board.Pending.Count(task => task.Patient));
        }

        private void Tell(BoardTask task, TaskBoard board)
        {
            var key = task.Task.Key;
            var worker = board.Workers[task.Worker!];
            Assert.Equal(WorkerCondition.Ready, worker.Condition);
            Assert.True(!task.Task.Local || worker.Clients.Contains(key.Client), $"{key} left its home.");
            Assert.True(task.Task.Home.Length == 0 || worker.Name == task.Task.Home, $"{key} left its home.");
            Assert.Equal(task.Resent, board.Holders.TryGetValue(key, out var holder) && holder == task.Worker);
            foreach (var (other, told) in _told)
                Assert.False(other != worker.Name && told.Contains(key) && board.Workers[other].Condition == WorkerCondition.Ready, $"{key} is with {other} and {worker.Name}.");
            if (!_told.TryGetValue(worker.Name, out var own)) _told[worker.Name] = own = [];
            Assert.True(own.Add(key), $"{worker.Name} was told twice to do {key}.");
        }

        private static void CheckSlots(TaskBoard before, BoardStep assign)
        {
            var held = before.Workers.Values.ToDictionary(worker => worker.Name, worker => worker.Held);
            // Lost tasks leave in between: with them still counted the bound is at most too wide.
            var pending = before.Pending.Count;
            foreach (var task in assign.Assigned)
            {
                if (!task.Resent)
                {
                    var stock = pending >= before.ReadySlots ? 2 : 1;
                    Assert.InRange(++held[task.Worker!], 1, stock * before.Workers[task.Worker!].Slots);
                }
                pending--;
            }
        }

        private void CheckBooks()
        {
            var assigned = Board.Tasks.Values.Where(task => task.Worker is not null).ToList();
            Assert.Equal(Board.Tasks.Values.Where(task => task.Worker is null).Select(task => task.Task.Key).ToHashSet(), Board.Pending.Select(task => task.Key).ToHashSet());
            Assert.Equal(Board.Tasks.Count, Board.Pending.Count + assigned.Count);
            foreach (var worker in Board.Workers.Values)
            {
                Assert.Equal(assigned.Count(task => task.Worker == worker.Name && !task.Resent), worker.Held);
                Assert.InRange(worker.Held, 0, 2 * worker.Slots);
                Assert.Equal(assigned.Where(task => task.Worker == worker.Name).Select(task => task.Task.Key).ToHashSet(), _told.GetValueOrDefault(worker.Name) ?? []);
            }
            Assert.All(assigned, task => Assert.NotEqual(WorkerCondition.Suspect, Board.Workers[task.Worker!].Condition));
            Assert.All(Board.Holders.Values, holder => Assert.Contains(holder, Board.Workers.Keys));
            Assert.DoesNotContain(Board.Pending, task => Board.Holders.TryGetValue(task.Key, out var holder)
                && Board.Workers[holder] is { Condition: WorkerCondition.Ready } ready && (task.Home.Length == 0 || ready.Name == task.Home) && (!task.Local || ready.Clients.Contains(task.Key.Client)));
        }
    }
}
