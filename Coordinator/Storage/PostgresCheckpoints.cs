using System.Data;
using System.Net.Sockets;
using Federated.Core.Algorithms;
using Federated.V1;
using Npgsql;

namespace Federated.Coordinator.Storage;

/// <summary>Checkpoints in a PostgreSQL database, for coordinators on several machines that share no folder. Thread-safe.</summary>
/// <remarks>The table <c>checkpoints</c> (run, name, part, bytes) is created where it is missing. A checkpoint is written in one transaction, in rows
/// of 1 MiB; it is durable when that is committed, as far as the server's <c>synchronous_commit</c> says.</remarks>
public sealed class PostgresCheckpoints : ICheckpointStore, IAsyncDisposable
{
    internal const int PartBytes = 1 << 20;

    // Floats do not compress: external storage keeps the server from trying.
    private const string CreateTable = """
        select pg_advisory_xact_lock(hashtextextended('federated checkpoints', 0));
        create table if not exists checkpoints (
            run text not null, name text not null, part integer not null, bytes bytea not null, primary key (run, name, part));
        alter table checkpoints alter column bytes set storage external
        """;

    private const string Lock = "select pg_advisory_xact_lock(hashtextextended('federated checkpoint ' || $1 || '/' || $2, 0))";
    private const string Delete = "delete from checkpoints where run = $1 and name = $2";
    private const string Size = "select sum(octet_length(bytes))::bigint from checkpoints where run = $1 and name = $2";
    private const string Select = "select bytes from checkpoints where run = $1 and name = $2 order by part";

    private readonly NpgsqlDataSource _source;
    private readonly string _place;

    /// <summary>A store in a database. Nothing is opened before the first call.</summary>
    /// <param name="connectionString">Npgsql's, with a user who may create the table or finds it there.</param>
    /// <exception cref="ArgumentException">The text is no connection string.</exception>
    public PostgresCheckpoints(string connectionString)
    {
        _source = NpgsqlDataSource.Create(connectionString);
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        _place = $"database '{parts.Database}' on {parts.Host}";   // never the password
    }

    /// <inheritdoc/>
    public async Task<Checkpoint> WriteAsync(string run, ulong epoch, ServerState state, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var name = await Task.Run(() => CheckpointContent.NameOf(run, epoch, state), cancellation);
        return await OrIOException($"{Place(run, name.ToString())} could not be written", async () =>
        {
            await using var connection = await OpenAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            // Who writes the same at the same time waits, instead of failing on rows that are there already.
            await ExecuteAsync(connection, Lock, cancellation, run, $"{name}");
            await ExecuteAsync(connection, Delete, cancellation, run, $"{name}");
            await using var parts = new PostgresPartWriter(connection, run, name.ToString());
            var checkpoint = await CheckpointContent.WriteAsync(parts, name, state, cancellation);
            await parts.CompleteAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            return checkpoint;
        });
    }

    /// <inheritdoc/>
    public async Task<CheckpointRead> ReadAsync(string run, Checkpoint checkpoint, int round, CancellationToken cancellation)
    {
        CheckpointContent.CheckRun(run);
        if (CheckpointContent.CheckName(checkpoint, round) is { } misnamed) return new(null, misnamed);
        var place = Place(run, checkpoint.Name);
        return await OrIOException($"{place} could not be asked for", async () =>
        {
            await using var connection = await OpenAsync(cancellation);
            // Both queries see the same.
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var size = Command(connection, Size, run, checkpoint.Name);
            if (await size.ExecuteScalarAsync(cancellation) is not long length) return new CheckpointRead(null, $"{place} is missing.");
            if (CheckpointContent.CheckLength(place, length, checkpoint) is { } wrong) return new(null, wrong);

            await using var select = Command(connection, Select, run, checkpoint.Name);
            await using var rows = await select.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation);
            await using var parts = new PostgresPartReader(rows);
            return await CheckpointContent.ReadAsync(parts, place, checkpoint, round, cancellation);
        });
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string run, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        CheckpointContent.CheckRun(run);
        CheckpointContent.CheckNames(names);
        await OrIOException($"Checkpoints of run {run} in {_place} could not be deleted", async () =>
        {
            await using var connection = await OpenAsync(cancellation);
            return await ExecuteAsync(connection, "delete from checkpoints where run = $1 and name = any($2)", cancellation, run, names.ToArray());
        });
    }

    /// <inheritdoc/>
    public async Task SweepAsync(string run, ulong epoch, IReadOnlyCollection<string> kept, CancellationToken cancellation)
    {
        CheckpointContent.CheckRun(run);
        var names = await OrIOException($"Checkpoints of run {run} in {_place} could not be listed", async () =>
        {
            await using var connection = await OpenAsync(cancellation);
            await using var select = Command(connection, "select distinct name from checkpoints where run = $1", run);
            await using var rows = await select.ExecuteReaderAsync(cancellation);
            var found = new List<string>();
            while (await rows.ReadAsync(cancellation)) found.Add(rows.GetString(0));
            return found;
        });
        var leftBehind = names.Where(text => CheckpointName.TryParse(text, out var name) && name.Epoch < epoch && !kept.Contains(text));
        await DeleteAsync(run, [.. leftBehind], cancellation);
    }

    /// <summary>Closes the connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private string Place(string run, string name) => $"Checkpoint '{name}' of run {run} in {_place}";

    /// <summary>A connection that works, to a database that has the table.</summary>
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            return await OpenOnceAsync(cancellation);
        }
        catch (NpgsqlException error) when (error.IsTransient)
        {
            // Perhaps only an idle connection from before the server was restarted.
            _source.Clear();
            return await OpenOnceAsync(cancellation);
        }
    }

    private async Task<NpgsqlConnection> OpenOnceAsync(CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation);
        try
        {
            // Looked for first: where the table is, the user needs no right to create one.
            await using var look = Command(connection, "select to_regclass('checkpoints') is not null");
            if (await look.ExecuteScalarAsync(cancellation) is true) return connection;
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ExecuteAsync(connection, CreateTable, cancellation);
            await transaction.CommitAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params IEnumerable<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<T> OrIOException<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await Task.Run(work);   // hashing and copying do not belong on the caller's thread
        }
        catch (Exception error) when (error is NpgsqlException or IOException or SocketException or TimeoutException)
        {
            var reason = error is PostgresException { MessageText: var text } ? text : error.Message;
            if (error is not PostgresException && error.InnerException is { } inner) reason = $"{reason.TrimEnd('.')}: {inner.Message}";
            throw new IOException($"{what}: {reason.TrimEnd('.')}. Check the database server, its disk and what the user may do there.", error);
        }
    }
}
