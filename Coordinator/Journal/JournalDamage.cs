using System.Runtime.Serialization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Federated.Coordinator.Journal;

/// <summary>Tells a journal whose content is damaged, which no further try mends, from one that is away.</summary>
internal static class JournalDamage
{
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    /// <summary>Is damage the reason for which something could not be read or written? Whatever is not known to be damage may go away.</summary>
    public static bool Is(Exception reason) => reason switch
    {
        SerializationException or InvalidDataException => true,
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase,
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted,
        { InnerException: { } inner } => Is(inner),
        _ => false,
    };

    /// <summary>Takes in an entry or a snapshot that was read.</summary>
    /// <exception cref="InvalidDataException">It does not fit to what was before it.</exception>
    public static void Replay(long sequenceNr, Action apply)
    {
        try
        {
            apply();
        }
        catch (Exception e) when (e is not InvalidDataException)
        {
            throw new InvalidDataException($"Entry {sequenceNr} does not fit to what is before it: {e.Message}", e);
        }
    }

    /// <summary>Entries have the numbers 1, 2, 3 and so on.</summary>
    /// <param name="sequenceNr">Of an entry that was read.</param>
    /// <param name="last">Of the entry before it, or of the snapshot.</param>
    /// <exception cref="InvalidDataException">One between them is missing.</exception>
    public static void CheckFollows(long sequenceNr, long last)
    {
        if (sequenceNr != last + 1) throw new InvalidDataException(Missing(last + 1, sequenceNr));
    }

    /// <summary>A sentence about a gap.</summary>
    public static string Missing(long sequenceNr, long highest) => $"Entry {sequenceNr} of {highest} is missing.";
}
