using Federated.V1;
using Microsoft.Data.Sqlite;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What a coordinator keeps in its state folder, read and damaged past it. To be damaged only while no coordinator runs.</summary>
internal sealed class StateFolder(string path)
{
    public string Path { get; } = path;

    public string Journal => System.IO.Path.Combine(Path, "journal.db");

    public string Checkpoints(string run) => System.IO.Path.Combine(Path, "checkpoints", run);

    /// <summary>The file of the last round that is in the journal.</summary>
    public string LastCheckpoint(string run)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select message from journal where persistence_id = $id order by sequence_number";
        command.Parameters.AddWithValue("$id", $"run-{run}");
        using var rows = command.ExecuteReader();
        var name = "";
        while (rows.Read())
            if (RunEntry.Parser.ParseFrom((byte[])rows[0]) is { RoundKept: { } kept }) name = kept.Checkpoint.Name;
        return System.IO.Path.Combine(Checkpoints(run), name);
    }

    /// <summary>The epochs of the entries of a run's journal, in order.</summary>
    public IReadOnlyList<ulong> Epochs(string run)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select message from journal where persistence_id = $id order by sequence_number";
        command.Parameters.AddWithValue("$id", $"run-{run}");
        using var rows = command.ExecuteReader();
        var epochs = new List<ulong>();
        while (rows.Read()) epochs.Add(RunEntry.Parser.ParseFrom((byte[])rows[0]).Epoch);
        return epochs;
    }

    /// <summary>Flips a bit in the middle of the last row of one journal.</summary>
    public void FlipRow(string id)
    {
        using var connection = Open();
        using var select = connection.CreateCommand();
        select.CommandText = "select ordering, message from journal where persistence_id = $id order by sequence_number desc limit 1";
        select.Parameters.AddWithValue("$id", id);
        using var row = select.ExecuteReader();
        if (!row.Read()) throw new InvalidOperationException($"The journal has no row of '{id}'.");
        var message = (byte[])row[1];
        message[message.Length / 2] ^= 1;
        using var update = connection.CreateCommand();
        update.CommandText = "update journal set message = $message where ordering = $ordering";
        update.Parameters.AddWithValue("$message", message);
        update.Parameters.AddWithValue("$ordering", row.GetInt64(0));
        update.ExecuteNonQuery();
    }

    /// <summary>Brings everything into the one file, as it is when a coordinator has been idle.</summary>
    public void FoldJournal()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }

    /// <summary>Flips a bit in the middle of a file.</summary>
    public static void FlipFile(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Journal};Pooling=False;Mode=ReadWrite");
        connection.Open();
        return connection;
    }
}
