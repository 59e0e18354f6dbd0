using Federated.Wire.Cluster;
using Microsoft.Data.Sqlite;

namespace Federated.Coordinator.Journal;

/// <summary>Where the journal is and how Akka.Persistence reaches it.</summary>
public static class JournalSettings
{
    /// <summary>The journal's file in the state folder, where no PostgreSQL is named.</summary>
    public const string FileName = "journal.db";

    /// <summary>HOCON of the journal and of its snapshots, in one database. The tables are made when they are missing.</summary>
    /// <param name="stateFolder">The coordinator's state folder.</param>
    /// <param name="postgres">A PostgreSQL connection string, or null for a SQLite file in the folder. It may hold a password: the text that comes out of here
    /// is not to be logged.</param>
    public static string Hocon(string stateFolder, string? postgres)
    {
        var connection = Quote(postgres ?? SqliteConnection(stateFolder));
        var provider = postgres is null ? "SQLite.MS" : "PostgreSQL";
        return $$"""
            akka.persistence {
              journal {
                plugin = "akka.persistence.journal.sql"
                sql {
                  class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
                  connection-string = {{connection}}
                  provider-name = "{{provider}}"
                  auto-initialize = on
                  # A database that is away for half a minute is tried again soon after it is back.
                  circuit-breaker { max-failures = 10, call-timeout = 20s, reset-timeout = 2s }
                  # One run writes at a time: nothing to gain by waiting for more.
                  parallelism = 1
                }
              }
              snapshot-store {
                plugin = "akka.persistence.snapshot-store.sql"
                sql {
                  class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
                  connection-string = {{connection}}
                  provider-name = "{{provider}}"
                  auto-initialize = on
                  # Entries are kept for good, so a snapshot that cannot be read costs only time.
                  snapshot-is-optional = true
                  circuit-breaker { max-failures = 10, call-timeout = 20s, reset-timeout = 2s }
                }
              }
            }

            """ + JournalSerializer.Hocon;
    }

    /// <summary>Makes the SQLite journal write ahead, which lets one flush make an entry durable. The setting stays with the file.</summary>
    /// <exception cref="NodeOptionsException">The file cannot be opened or written, or is no database.</exception>
    public static async Task PrepareSqliteAsync(string stateFolder, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new SqliteConnection(SqliteConnection(stateFolder));
            await connection.OpenAsync(cancellation);
            await using var command = connection.CreateCommand();
            // The second statement takes the lock of a writer for a moment: a folder or file that is read-only is found now and not in the first round.
            command.CommandText = "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; ROLLBACK";
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (SqliteException e)
        {
            throw new NodeOptionsException([$"state-dir is '{stateFolder}', where {FileName} cannot be written: {e.Message}. Name a folder that this user may write to, "
                + "or restore the file from a copy."]);
        }
    }

    private static string SqliteConnection(string stateFolder) =>
        new SqliteConnectionStringBuilder { DataSource = Path.Combine(stateFolder, FileName), Mode = SqliteOpenMode.ReadWriteCreate }.ConnectionString;

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
