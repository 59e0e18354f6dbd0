using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Storage;
using Federated.Coordinator.Tests.Actors;
using Federated.Coordinator.Tests.Storage;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>What runs do on every real database. Systems are aborted, not stopped; the worker lives and dies with its system.</summary>
public abstract class JournalContract : ActorTest, IAsyncLifetime
{
    private static readonly ImmutableArray<string> Clients = ["a", "b", "c", "d", "e", "f"];

    private readonly List<SystemOnJournal> _systems = [];

    private protected abstract string Hocon { get; }

    private protected abstract ICheckpointStore Kept { get; }

    private protected abstract DbConnection Connect();

    public abstract Task InitializeAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var system in _systems) await system.DisposeAsync();
    }

    [ContractFact]
    public async Task Run_goes_on_in_the_next_system_at_whatever_point_of_a_round_one_is_aborted()
    {
        var points = Enum.GetValues<RunPoint>();
        var job = Half(points.Length + 1);
        var run = "";
        for (var i = 0; i < points.Length; i++)
        {
            var (point, last) = (points[i], i + 1);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var system = StartSystem(task => task.Id.Round > last ? null : Answer(task), (at, round) =>
            {
                if (at == point && round == last) reached.TrySetResult();
            });
            if (run.Length == 0) run = await QueuedAsync(system, job);
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        var final = StartSystem(Answer);
        Assert.Equal(await ExpectedAsync(job), await CompletedAsync(final, run));
        await AssertCommittedOnceAsync(run, job.Federation.Rounds);
        Assert.Equal((ulong)points.Length + 1, (await EntriesAsync(run)).Max(entry => entry.Epoch));
    }

    [ContractFact]
    public async Task Older_of_two_systems_on_one_database_cannot_commit_any_more_and_is_told()
    {
        var job = Half(2);
        var held = new BlockingCollection<AssignTask>();
        var older = StartSystem(task =>
        {
            if (task.Id.Kind != TaskKind.Train) return Answer(task);
            held.Add(task);
            return null;
        });
        var run = await QueuedAsync(older, job);
        AssignTask[] tasks = [await TakeAsync(held), await TakeAsync(held)];

        var newer = StartSystem(Answer);
        var hash = await CompletedAsync(newer, run);
        foreach (var task in tasks) older.Runs.Tell(FakeWorker.Showing(task.Ticket, Answer(task)!));
        var last = await TakeAsync(held);
        older.Runs.Tell(FakeWorker.Showing(last.Ticket, Answer(last)!));

        Assert.Contains("nother coordinator has", await older.Fenced.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        Assert.IsType<JournalUnavailable>(await Ask<object>(older.Runs, Submission(job)));
        Assert.IsType<JournalUnavailable>(await Ask<object>(older.Runs, new GetRun(run)));
        Assert.Equal(await ExpectedAsync(job), hash);
        Assert.False(newer.Fenced.IsCompleted);
        await AssertCommittedOnceAsync(run, job.Federation.Rounds);
        // What the older one tried is not among what there is.
        var entries = await EntriesAsync(run);
        Assert.Equal(entries.Select(entry => entry.Epoch).Order(), entries.Select(entry => entry.Epoch));
    }

    /// <summary>A job that asks three of six clients in a round, and measures every round.</summary>
    private protected static JobSpec Half(int rounds) => With(Job(rounds), cohort => cohort with { Fraction = 0.5 });

    private protected static object? Answer(AssignTask task) => task.Id.Kind switch
    {
        TaskKind.Initialise => Initialised(task.Id, 600, [.. Clients.Select(client => (client, (ulong)client[0]))]),
        TaskKind.Train => Update(task.Id, [0.1f * task.Id.Client[0], MathF.Sqrt(task.Id.Client[0] + task.Id.Round)], (ulong)task.Id.Client[0]),
        _ => Measured(task.Id, 600, 300),
    };

    /// <summary>Starts a system beside or after the others.</summary>
    private protected SystemOnJournal StartSystem(Func<AssignTask, object?> script, Action<RunPoint, int>? reached = null)
    {
        var session = string.Create(CultureInfo.InvariantCulture, $"s{_systems.Count + 1}");
        _systems.Add(new(Hocon, Kept, HelloOf("w1", 2, session), script, reached));
        return _systems[^1];
    }

    /// <summary>The final model's hash of a run that nothing happens to.</summary>
    private protected async Task<string> ExpectedAsync(JobSpec job)
    {
        var runs = Sys.ActorOf(RunsActor.Props(Settings));
        Sys.ActorOf(Props.Create(() => new FakeWorker(HelloOf("w1", 2, "s1"), runs, Answer, ActorRefs.Nobody)));
        var run = (await Ask<JobQueued>(runs, Submission(job))).Run;
        await EventuallyAsync(async () => (await Find<RunDetails>(runs, new GetRun(run)))!.Summary.Status == RunStatus.Completed);
        return (await Find<CommittedModel>(runs, new GetModel(run)))!.Parameters.Hash;
    }

    /// <summary>Submits a job, again as long as the journal is not available: on a busy machine it may take longer to read than a coordinator lets anybody wait.</summary>
    /// <returns>The run.</returns>
    private protected async Task<string> QueuedAsync(SystemOnJournal system, JobSpec job)
    {
        var run = "";
        await EventuallyAsync(async () => await Ask<object>(system.Runs, Submission(job)) is JobQueued queued && (run = queued.Run).Length > 0);
        return run;
    }

    /// <summary>Waits until a run is completed, also through times in which nobody answers for it.</summary>
    /// <returns>The final model's hash.</returns>
    private protected async Task<string> CompletedAsync(SystemOnJournal system, string run)
    {
        await EventuallyAsync(async () => await DetailsAsync(system, run) is { Summary.Status: RunStatus.Completed });
        return (await Find<CommittedModel>(system.Runs, new GetModel(run)))!.Parameters.Hash;
    }

    /// <summary>The run as its coordinator tells it; null when it cannot now.</summary>
    private protected static async Task<RunDetails?> DetailsAsync(SystemOnJournal system, string run)
    {
        try
        {
            return (await system.Runs.Ask<object>(new GetRun(run), TimeSpan.FromSeconds(5)) as RunFound<RunDetails>)?.Value;
        }
        catch (AskTimeoutException)
        {
            // Its actor ended with the question in its mailbox.
            return null;
        }
    }

    private protected Task EventuallyAsync(Func<Task<bool>> holds) =>
        AwaitConditionAsync(holds, TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(20));

    private protected static Task<AssignTask> TakeAsync(BlockingCollection<AssignTask> tasks) => Task.Run(() =>
        tasks.TryTake(out var task, TimeSpan.FromSeconds(30)) ? task : throw new InvalidOperationException("The worker is given no task."));

    /// <summary>Every row of the journal, past Akka, in the order of writing.</summary>
    private protected async Task<List<(string Id, long Number, byte[] Message)>> RowsAsync()
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select persistence_id, sequence_number, message from journal order by ordering";
        await using var rows = await command.ExecuteReaderAsync();
        var all = new List<(string, long, byte[])>();
        while (await rows.ReadAsync()) all.Add((rows.GetString(0), rows.GetInt64(1), (byte[])rows[2]));
        return all;
    }

    private protected async Task<List<RunEntry>> EntriesAsync(string run) =>
    [
        .. (await RowsAsync()).Where(row => row.Id == $"run-{run}").OrderBy(row => row.Number).Select(row => RunEntry.Parser.ParseFrom(row.Message)),
    ];

    private protected async Task<int> ExecuteAsync(string sql, params (string Name, object Value)[] values)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Two runs, of which the first was at work in its second round when its coordinator was aborted, and the second waited.</summary>
    private protected async Task<(string First, string Second)> InTheMiddleAsync(JobSpec first, JobSpec second)
    {
        await using var system = StartSystem(task => task.Id.Round >= 2 ? null : Answer(task));
        var run = await QueuedAsync(system, first);
        var other = await QueuedAsync(system, second);
        await EventuallyAsync(async () => (await EntriesAsync(run)).Exists(entry => entry.RoundOpened is { Round: 2 }));
        return (run, other);
    }

    /// <summary>Flips a bit of a row.</summary>
    /// <returns>Its bytes before.</returns>
    private protected async Task<byte[]> FlipAsync(string id, long number)
    {
        var whole = (await RowsAsync()).Single(row => row.Id == id && row.Number == number).Message;
        byte[] flipped = [.. whole];
        flipped[flipped.Length / 2] ^= 4;
        await ReplaceAsync(id, number, flipped);
        return whole;
    }

    private protected async Task ReplaceAsync(string id, long number, byte[] message) => Assert.Equal(1, await ExecuteAsync(
        "update journal set message = @message where persistence_id = @id and sequence_number = @number",
        ("@message", message), ("@id", id), ("@number", number)));

    private protected async Task AssertCommittedOnceAsync(string run, int rounds)
    {
        var kept = (await EntriesAsync(run)).Where(entry => entry.RoundKept is not null);
        Assert.Equal(Enumerable.Range(1, rounds), kept.Select(entry => (int)entry.RoundKept.Report.Round));
        var numbers = (await RowsAsync()).Where(row => row.Id == $"run-{run}").Select(row => row.Number).Order().ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length).Select(number => (long)number), numbers);
    }
}
