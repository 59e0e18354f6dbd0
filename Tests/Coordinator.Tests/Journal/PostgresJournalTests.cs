using System.Collections.Concurrent;
using System.Data.Common;
using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Akka.Persistence;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Journal;
using Federated.Coordinator.Storage;
using Federated.Coordinator.Tests.Storage;
using Federated.V1;
using Npgsql;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>The journal in a PostgreSQL database, whose server goes away and comes back.</summary>
[NeedsPostgres]
public sealed class PostgresJournalTests : JournalContract
{
    /// <summary>As long as the product promises; by default as long as it takes to see every kind of failure.</summary>
    private static readonly TimeSpan Outage =
        Environment.GetEnvironmentVariable("FEDERATED_LONG_TESTS") == "1" ? TimeSpan.FromSeconds(30) : TimeSpan.Zero;

    private PostgresServer _server = null!;
    private PostgresCheckpoints _checkpoints = null!;

    private protected override string Hocon => JournalSettings.Hocon("unused", _server.ConnectionString);

    private protected override ICheckpointStore Kept => _checkpoints;

    private protected override DbConnection Connect() => new NpgsqlConnection($"{_server.ConnectionString};Pooling=false");

    public override async Task InitializeAsync()
    {
        _server = (await PostgresServer.TryStartAsync())!;
        _checkpoints = new(_server.ConnectionString);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _checkpoints.DisposeAsync();
        await _server.DisposeAsync();
    }

    [ContractFact]
    public async Task Server_that_goes_away_in_the_middle_of_a_run_is_waited_for_and_nobody_starts_anew()
    {
        // Nothing is measured before the last round: the run has nothing to write when it is asked to pause, which would then be lost with its actor.
        var job = Half(4) with { Evaluation = new() { Every = 4 } };
        var held = new BlockingCollection<AssignTask>();
        var holds = true;
        var system = StartSystem(task =>
        {
            if (!Volatile.Read(ref holds) || task.Id.Kind != TaskKind.Train || task.Id.Round != 2) return Answer(task);
            held.Add(task);
            return null;
        });
        var run = await QueuedAsync(system, job);
        AssignTask[] tasks = [await TakeAsync(held), await TakeAsync(held)];

        await _server.StopAsync();
        var away = TimeProvider.System.GetTimestamp();
        Volatile.Write(ref holds, false);
        // The round goes on as far as it can without the server.
        foreach (var task in tasks) system.Runs.Tell(Answer(task)!);
        Assert.IsType<JournalUnavailable>(await Ask<object>(system.Runs, new PauseRun(run)));
        Assert.IsType<JournalUnavailable>(await Ask<object>(system.Runs, Submission(job)));
        await UnavailableAsync(system, new GetRun(run));
        await BreakerOpensAsync(system);
        await EventuallyAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(away) >= Outage));
        Assert.Equal(RunStatus.Running, Assert.Single((await Ask<ListReply>(system.Runs, GetRuns.Instance)).Runs).Status);
        await _server.StartAsync();

        Assert.Equal(await ExpectedAsync(job), await CompletedAsync(system, run));
        await AssertCommittedOnceAsync(run, job.Federation.Rounds);
        Assert.Single(await RowsAsync(), row => row.Id == CatalogActor.Id && CatalogEntry.Parser.ParseFrom(row.Message).TakenOver is not null);
        // The list of runs is tried again on its own.
        await QueuedAsync(system, job);
    }

    [ContractFact]
    public async Task Server_that_is_away_when_the_coordinator_starts_is_waited_for()
    {
        await _server.StopAsync();
        var system = StartSystem(Answer);
        system.System.EventStream.Subscribe(TestActor, typeof(Error));
        Assert.IsType<JournalUnavailable>(await Ask<object>(system.Runs, GetRuns.Instance));
        Assert.IsType<JournalUnavailable>(await Ask<object>(system.Runs, Submission(Half(2))));
        // Several tries are in vain.
        for (var tries = 0; tries < 4;)
            if ((await ExpectMsgAsync<Error>(TimeSpan.FromSeconds(30))).LogSource.Contains("persistence.journal", StringComparison.Ordinal)) tries++;
        await _server.StartAsync();

        var run = await QueuedAsync(system, Half(2));
        Assert.Equal(await ExpectedAsync(Half(2)), await CompletedAsync(system, run));
    }

    [ContractFact]
    public async Task Run_that_was_given_up_is_not_taken_for_ended_when_the_server_was_away_in_between()
    {
        var (damaged, other) = await InTheMiddleAsync(Half(3), Half(1));
        var whole = await FlipAsync($"run-{damaged}", 4);
        await using (var system = StartSystem(Answer))
        {
            await CompletedAsync(system, other);
            Assert.Equal(RunStatus.Failed, (await DetailsAsync(system, damaged))!.Summary.Status);
            await _server.StopAsync();
            Assert.IsType<JournalUnavailable>(await Ask<object>(system.Runs, Submission(Half(1))));
            await _server.StartAsync();
            await QueuedAsync(system, Half(1));
        }

        await ReplaceAsync($"run-{damaged}", 4, whole);
        Assert.Equal(await ExpectedAsync(Half(3)), await CompletedAsync(StartSystem(Answer), damaged));
    }

    private Task UnavailableAsync(SystemOnJournal system, object question) => EventuallyAsync(async () =>
    {
        try
        {
            return await system.Runs.Ask<object>(question, TimeSpan.FromSeconds(1)) is JournalUnavailable;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    });

    /// <summary>Reads until the journal does not even try any more.</summary>
    private async Task BreakerOpensAsync(SystemOnJournal system)
    {
        var journal = Persistence.Instance.Apply(system.System).JournalFor("");
        var probe = CreateTestProbe();
        ReplayMessagesFailure failure;
        do
        {
            journal.Tell(new ReplayMessages(1, long.MaxValue, 1, "nobody", probe), probe);
            failure = await probe.ExpectMsgAsync<ReplayMessagesFailure>(TimeSpan.FromSeconds(30));
        }
        while (failure.Cause is not OpenCircuitException);
    }
}
