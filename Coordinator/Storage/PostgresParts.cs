using Npgsql;

namespace Federated.Coordinator.Storage;

/// <summary>Writes a checkpoint as rows of 1 MiB. <see cref="CompleteAsync"/> writes the last one. Not thread-safe.</summary>
/// <param name="connection">In a transaction, of which the rows are a part.</param>
/// <param name="run">The run's id.</param>
/// <param name="name">The checkpoint's.</param>
internal sealed class PostgresPartWriter(NpgsqlConnection connection, string run, string name) : AsyncStream
{
    private readonly byte[] _part = new byte[PostgresCheckpoints.PartBytes];
    private int _length;
    private int _written;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (buffer.Length > 0)
        {
            var taken = Math.Min(buffer.Length, _part.Length - _length);
            buffer[..taken].CopyTo(_part.AsMemory(_length));
            _length += taken;
            buffer = buffer[taken..];
            if (_length == _part.Length) await CompleteAsync(cancellationToken);
        }
    }

    /// <summary>Writes what is not written yet.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (_length == 0) return;
        await using var insert = new NpgsqlCommand("insert into checkpoints (run, name, part, bytes) values ($1, $2, $3, $4)", connection);
        object[] values = [run, name, _written++, new ArraySegment<byte>(_part, 0, _length)];
        foreach (var value in values) insert.Parameters.Add(new() { Value = value });
        await insert.ExecuteNonQueryAsync(cancellation);
        _length = 0;
    }
}

/// <summary>Reads the first column of rows, bytes, as one stream. Does not own the reader. Not thread-safe.</summary>
/// <param name="rows">Of sequential access, so that no row is in memory as a whole.</param>
internal sealed class PostgresPartReader(NpgsqlDataReader rows) : AsyncStream
{
    private Stream? _part;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_part is null)
            {
                if (!await rows.ReadAsync(cancellationToken)) return 0;
                _part = await rows.GetStreamAsync(0, cancellationToken);
            }
            var read = await _part.ReadAsync(buffer, cancellationToken);
            if (read > 0) return read;
            await _part.DisposeAsync();
            _part = null;
        }
    }
}
