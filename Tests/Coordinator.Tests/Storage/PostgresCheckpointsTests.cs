using System.Collections.Immutable;
using Federated.Coordinator.Storage;
using Npgsql;

namespace Federated.Coordinator.Tests.Storage;

[NeedsPostgres]
public sealed class PostgresCheckpointsTests(PostgresCheckpointsTests.Fixture fixture)
    : CheckpointStoreContract, IClassFixture<PostgresCheckpointsTests.Fixture>, IAsyncLifetime
{
    private PostgresServer Server => fixture.Server!;

    private PostgresCheckpoints Database => field ??= new(Server.ConnectionString);

    // What the tests look with, past the store.
    private NpgsqlDataSource Source => field ??= NpgsqlDataSource.Create(Server.ConnectionString);

    protected override ICheckpointStore Store => Database;

    // Every test finds a database without the table.
    public async Task InitializeAsync()
    {
        await ExecuteAsync("drop table if exists checkpoints");
        Source.Clear();   // tests restart the server
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        await Source.DisposeAsync();
    }

    protected override async Task<ImmutableSortedDictionary<string, byte[]>> ContentAsync(string run)
    {
        var content = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        await using var look = Source.CreateCommand("select to_regclass('checkpoints') is null");
        if (await look.ExecuteScalarAsync() is true) return content.ToImmutable();
        await using var select = Source.CreateCommand("select name, bytes from checkpoints where run = $1 order by name, part");
        select.Parameters.Add(new() { Value = run });
        await using var rows = await select.ExecuteReaderAsync();
        while (await rows.ReadAsync()) content[rows.GetString(0)] = [.. content.GetValueOrDefault(rows.GetString(0), []), .. (byte[])rows[1]];
        return content.ToImmutable();
    }

    protected override Task PutAsync(string run, string name, byte[] bytes) => ExecuteAsync(
        "with gone as (delete from checkpoints where run = $1 and name = $2 and part > 0) "
        + "insert into checkpoints values ($1, $2, 0, $3) on conflict (run, name, part) do update set bytes = excluded.bytes", run, name, bytes);

    [ContractFact]
    public async Task A_checkpoint_lies_in_rows_of_a_mebibyte()
    {
        var receipt = await WriteAsync(States.Large(1, 400_000));

        await using var select = Source.CreateCommand("select part, octet_length(bytes) from checkpoints order by part");
        await using var rows = await select.ExecuteReaderAsync();
        var parts = new List<(int Part, int Bytes)>();
        while (await rows.ReadAsync()) parts.Add((rows.GetInt32(0), rows.GetInt32(1)));
        Assert.Equal([(0, 1 << 20), (1, 1 << 20), (2, 1 << 20), (3, (int)receipt.Bytes - (3 << 20))], parts);
    }

    [ContractFact]
    public async Task A_lost_row_is_noticed()
    {
        var receipt = await WriteAsync(States.Large(1, 400_000));
        await ExecuteAsync("delete from checkpoints where part = 1");

        AssertWrong(receipt, await ReadAsync(receipt, 1), "is torn");
    }

    [ContractFact]
    public async Task Two_stores_that_begin_at_once_create_the_table_once()
    {
        var stores = Enumerable.Range(0, 6).Select(_ => new PostgresCheckpoints(Server.ConnectionString)).ToArray();

        await Task.WhenAll(stores.Select((store, i) => store.WriteAsync(Run, 1 + (ulong)i, States.Small(1), CancellationToken.None)));

        Assert.Equal(6, (await ContentAsync(Run)).Count);
        foreach (var store in stores) await store.DisposeAsync();
    }

    [ContractFact]
    public async Task A_server_that_was_restarted_has_what_was_written_and_takes_more()
    {
        var receipt = await WriteAsync(States.Small(1));
        await Server.StopAsync();
        await Server.StartAsync();

        States.AssertSame(States.Small(1), (await ReadAsync(receipt, 1)).State);
        await Server.StopAsync();
        await Server.StartAsync();
        await WriteAsync(States.Small(2));

        Assert.Equal(2, (await ContentAsync(Run)).Count);
    }

    [ContractFact]
    public async Task A_server_that_is_away_is_an_error_and_not_a_missing_checkpoint()
    {
        var receipt = await WriteAsync(States.Small(1));
        await Server.StopAsync();
        try
        {
            await AssertAwayAsync("Checkpoint 'round-0000002-epoch-1.safetensors' of run run-1", () => WriteAsync(States.Small(2)));
            await AssertAwayAsync($"Checkpoint '{receipt.Name}' of run run-1", () => ReadAsync(receipt, 1));
            await AssertAwayAsync("Checkpoints of run run-1", () => Store.DeleteAsync(Run, [receipt.Name], CancellationToken.None));
            await AssertAwayAsync("Checkpoints of run run-1", () => Store.SweepAsync(Run, 9, [], CancellationToken.None));
        }
        finally
        {
            await Server.StartAsync();
        }
        States.AssertSame(States.Small(1), (await ReadAsync(receipt, 1)).State);
    }

    [ContractFact]
    public async Task A_server_that_goes_away_in_the_middle_leaves_what_was_there()
    {
        var good = States.Large(1, 600_000);
        var receipt = await WriteAsync(good);
        var watched = new States.Watched(new float[600_000], look: 20, () => Task.Run(Server.StopAsync).GetAwaiter().GetResult());
        var failing = good with { Slots = States.Slots(("m", watched.Memory)) };

        try
        {
            await AssertAwayAsync($"Checkpoint '{receipt.Name}' of run run-1", () => WriteAsync(failing));
        }
        finally
        {
            await Server.StartAsync();
        }

        Assert.Equal([receipt.Name], (await ContentAsync(Run)).Keys);
        States.AssertSame(good, (await ReadAsync(receipt, 1)).State);
    }

    [ContractFact]
    public async Task A_user_who_may_not_create_tables_writes_where_the_table_is()
    {
        await ExecuteAsync("drop role if exists plain");
        await ExecuteAsync("create role plain login");
        await using var store = new PostgresCheckpoints(Server.ConnectionString + ";Username=plain");
        var error = await Assert.ThrowsAsync<IOException>(() => store.WriteAsync(Run, 1, States.Small(1), CancellationToken.None));
        Assert.Contains("permission denied for schema public", error.Message, StringComparison.Ordinal);

        await WriteAsync(States.Small(1));
        await ExecuteAsync("grant select, insert, delete on checkpoints to plain");
        await store.WriteAsync(Run, 2, States.Small(1), CancellationToken.None);

        Assert.Equal(2, (await ContentAsync(Run)).Count);
        await ExecuteAsync("drop owned by plain");
        await ExecuteAsync("drop role plain");
    }

    private static async Task AssertAwayAsync(string expected, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<IOException>(call);
        Assert.StartsWith($"{expected} in database 'postgres' on ", error.Message);
        Assert.EndsWith("Check the database server, its disk and what the user may do there.", error.Message);
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One server for the tests of this class, which run one after the other.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public PostgresServer? Server { get; private set; }

        public async Task InitializeAsync() => Server = await PostgresServer.TryStartAsync();

        public async Task DisposeAsync()
        {
            if (Server is not null) await Server.DisposeAsync();
        }
    }
}
