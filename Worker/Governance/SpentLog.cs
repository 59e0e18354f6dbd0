using Federated.Core.Privacy.Governance;
using Federated.Worker.Governance.Records;

namespace Federated.Worker.Governance;

/// <summary>The <see cref="SpentLedger"/> on the worker's disk, a hash-chained record of its own. A release is there before its update leaves, and outlives the process. Thread-safe.</summary>
internal sealed class SpentLog : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ChainedLog _log;
    private readonly TimeProvider _time;
    private volatile SpentLedger _ledger;

    private SpentLog(ChainedLog log, SpentLedger ledger, TimeProvider time) => (_log, _ledger, _time) = (log, ledger, time);

    /// <summary>Opens the ledger with all that earlier processes have spent.</summary>
    /// <param name="folder">Of the records.</param>
    /// <param name="time">Of the entries.</param>
    /// <exception cref="RecordBrokenException">The record does not hold.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static SpentLog Open(string folder, TimeProvider time)
    {
        var ledger = SpentLedger.Empty;
        var log = ChainedLog.Open(folder, RecordFolder.Spent, entry => ledger = ledger.With(SpentEntry.Parse(entry.Body).Release(folder, entry.Number)));
        return new(log, ledger, time);
    }

    /// <summary>Why a release may not happen, as far as is known now; null where it may.</summary>
    public string? Refusal(DifferentialPolicy policy, SpentRelease release) => _ledger.Refusal(policy, release);

    /// <summary>Spends a release, once however often it is asked for.</summary>
    /// <param name="policy">The limits.</param>
    /// <param name="release">What is about to leave.</param>
    /// <returns>The ledger with it, on the disk. Fails with <see cref="DepartureRefusedException"/> where a limit would be passed, and with <see cref="RecordException"/>.</returns>
    public async Task<SpentLedger> SpendAsync(DifferentialPolicy policy, SpentRelease release)
    {
        // One after the other: two updates of a client in two runs must not both take the last of its budget.
        await _turn.WaitAsync();
        try
        {
            if (_ledger.Has(release)) return _ledger;
            if (_ledger.Refusal(policy, release) is { } refusal) throw new DepartureRefusedException(refusal);
            await _log.AppendAsync(SpentEntry.Of(release, _time.GetUtcNow()).ToJson());
            return _ledger = _ledger.With(release);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _turn.Dispose();
    }
}
