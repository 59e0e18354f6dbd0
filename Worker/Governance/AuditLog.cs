using System.Globalization;
using Federated.Core.Privacy.Governance;
using Federated.Worker.Governance.Records;

namespace Federated.Worker.Governance;

/// <summary>The audit log of a running worker. Thread-safe.</summary>
internal sealed class AuditLog : IAsyncDisposable
{
    private const int MostNote = 500;

    private readonly ChainedLog _log;
    private readonly TimeProvider _time;

    private AuditLog(ChainedLog log, TimeProvider time) => (_log, _time) = (log, time);

    /// <value>The end of the chain.</value>
    public ChainHead Head => _log.Head;

    /// <summary>Opens the log and notes that a worker began.</summary>
    /// <param name="folder">Of the records.</param>
    /// <param name="time">Of the entries.</param>
    /// <param name="worker">The worker's name.</param>
    /// <param name="policySha256">Under which policy.</param>
    /// <exception cref="RecordBrokenException">The log does not hold.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static async Task<AuditLog> OpenAsync(string folder, TimeProvider time, string worker, string policySha256)
    {
        var audit = new AuditLog(ChainedLog.Open(folder, RecordFolder.Audit), time);
        try
        {
            if (audit._log.CutBytes > 0)
                await audit.AppendAsync(new AuditEntry
                {
                    Time = time.GetUtcNow(),
                    Kind = "cut",
                    Note = string.Create(CultureInfo.InvariantCulture, $"{audit._log.CutBytes} bytes of an entry that a crash left unfinished; nothing had left for it"),
                });
            await audit.AppendAsync(new AuditEntry { Time = time.GetUtcNow(), Kind = "start", To = worker, Sha256 = policySha256 });
            return audit;
        }
        catch
        {
            await audit.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes down something that is about to leave.</summary>
    /// <returns>Ends when it is on the disk; fails with <see cref="RecordException"/>.</returns>
    public Task AppendAsync(Departure departure, string to, AuditGuarantee? guarantee) => AppendAsync(new AuditEntry
    {
        Time = _time.GetUtcNow(),
        Kind = WordOf(departure.Kind),
        To = to,
        Run = departure.Run.Length > 0 ? departure.Run : null,
        Round = departure.Round > 0 ? departure.Round : null,
        Attempt = departure.Attempt > 0 ? departure.Attempt : null,
        Client = departure.Client.Length > 0 ? departure.Client : null,
        Bytes = departure.Bytes,
        Sha256 = departure.Sha256,
        Told = departure.Told.Values is { IsEmpty: false } told ? told : null,
        Guarantee = guarantee,
        Note = departure.Note.Length == 0 ? null : departure.Note.Length > MostNote ? departure.Note[..MostNote] + "..." : departure.Note,
    });

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private Task AppendAsync(AuditEntry entry) => _log.AppendAsync(entry.ToJson());

    private static string WordOf(DepartureKind kind) => kind switch
    {
        DepartureKind.Hello => "hello",
        DepartureKind.InitialParameters => "initial_parameters",
        DepartureKind.Update => "update",
        DepartureKind.MaskedUpdate => "masked_update",
        DepartureKind.Metrics => "metrics",
        DepartureKind.Moments => "moments",
        DepartureKind.Failure => "failure",
        DepartureKind.KeyAdvertisement => "key_advertisement",
        DepartureKind.SealedShares => "sealed_shares",
        DepartureKind.Confirmation => "confirmation",
        DepartureKind.UnmaskingShares => "unmasking_shares",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };
}
