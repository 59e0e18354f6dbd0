using System.Collections.Concurrent;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Governance;
using Federated.Engine;
using Federated.V1;
using Federated.Worker.Governance.Records;
using Federated.Worker.Options;

namespace Federated.Worker.Governance;

/// <summary>The gate of a worker with a policy. It decides by the policy and by what this worker itself has read and counted, and writes down what leaves before it does. Thread-safe.</summary>
internal sealed class PolicyGate : IDepartureGate
{
    // A result that is sent again is known by then; one that is older is written down once more.
    private const int MostKnown = 4096;

    private readonly PolicySpec _policy;
    private readonly AuditLog _audit;
    private readonly SpentLog _spent;
    private readonly ConcurrentDictionary<string, RunTerms> _runs = new(StringComparer.Ordinal);
    private readonly Lock _knowing = new();
    private readonly HashSet<(Departure, string)> _known = [];
    private readonly Queue<(Departure, string)> _order = [];

    private PolicyGate(PolicySpec policy, AuditLog audit, SpentLog spent, string sentence) => (_policy, _audit, _spent, Sentence) = (policy, audit, spent, sentence);

    /// <value>For people: the policy and the end of the audit log at the start, which is worth keeping somewhere else.</value>
    public string Sentence { get; }

    /// <summary>Opens the records in the worker's state folder and notes that a worker began.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="time">Of the entries.</param>
    /// <exception cref="RecordBrokenException">A record does not hold.</exception>
    /// <exception cref="IOException">A record cannot be read or written.</exception>
    public static async Task<PolicyGate> OpenAsync(PolicyFile policy, WorkerOptions options, TimeProvider time)
    {
        var folder = RecordFolder.Of(options.StateDir);
        var audit = await AuditLog.OpenAsync(folder, time, options.Name, policy.Sha256);
        try
        {
            var spent = SpentLog.Open(folder, time);
            var head = audit.Head;
            return new(policy.Spec, audit, spent, string.Create(CultureInfo.InvariantCulture,
                $"policy {options.Policy} (SHA-256 {policy.Sha256[..16]}...); audit log {folder}: {head.Entries} entries, head {head.Hash}"));
        }
        catch
        {
            await audit.DisposeAsync();
            throw;
        }
    }

    public string? CheckCoordinator(string? host, string transferAddress) =>
        (host is null ? null : PolicyCheck.Coordinator(_policy, host)) ?? PolicyCheck.Coordinator(_policy, new Uri(transferAddress).Host);

    public void Admit(string run, JobSpec job)
    {
        if (PolicyCheck.Job(_policy, job) is { IsEmpty: false } reasons)
        {
            _runs.TryRemove(run, out _);
            throw new EngineException($"This worker's policy does not allow the job: {string.Join(" ", reasons)}") { OnlyHere = true };
        }
        _runs[run] = RunTerms.Of(job);
    }

    /// <summary>Whether a run's updates leave only masked.</summary>
    public bool IsMasked(string run) => _policy.SecureAggregation.Required || (_runs.TryGetValue(run, out var terms) && terms.Privacy.SecureAggregation);

    /// <summary>Whether a run's masked updates count examples by class.</summary>
    public bool CountsLabels(string run) => _runs.TryGetValue(run, out var terms) && terms.Privacy.LabelCounts;

    /// <summary>Why a client does not mask together with so few; null where it does.</summary>
    /// <param name="clients">How many.</param>
    public string? CheckMasked(long clients) => clients < _policy.Cohort
        ? string.Create(CultureInfo.InvariantCulture, $"{clients} clients would mask together: the policy asks for at least {_policy.Cohort} (cohort).") : null;

    public string? CheckTask(TaskId id)
    {
        if (id.Client.Length > 0 && PolicyCheck.Client(_policy, id.Client) is { } notOffered) return notOffered;
        return id.Kind switch
        {
            TaskKind.Evaluate when !_policy.Disclose.Evaluation => "Models are not measured here: the policy does not allow it (disclose.evaluation).",
            TaskKind.Statistics when !_policy.Disclose.Moments => "Features are not summed up here: the policy does not allow it (disclose.moments).",
            TaskKind.Train when id.Round > _policy.Rounds => string.Create(CultureInfo.InvariantCulture, $"Round {id.Round} is beyond the {_policy.Rounds} that the policy allows (rounds)."),
            TaskKind.Train when _runs.TryGetValue(id.Run, out var terms) && terms.ReleaseOf(id.Run, (int)id.Round, (int)id.Attempt, id.Client, payload: "") is { } release => _spent.Refusal(_policy.Differential, release),
            _ => null,
        };
    }

    public async Task LetGoAsync(Departure departure, string to)
    {
        lock (_knowing)
            if (_known.Contains((departure, to))) return;
        var guarantee = departure.Kind is DepartureKind.Update or DepartureKind.MaskedUpdate ? await SpendAsync(departure) : null;
        await _audit.AppendAsync(departure, to, guarantee);
        lock (_knowing)
        {
            if (_known.Add((departure, to))) _order.Enqueue((departure, to));
            if (_order.Count > MostKnown) _known.Remove(_order.Dequeue());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        await _spent.DisposeAsync();
    }

    private async Task<AuditGuarantee> SpendAsync(Departure update)
    {
        if (!_runs.TryGetValue(update.Run, out var terms)) throw new DepartureRefusedException($"The policy has not admitted run {update.Run}: no update of it leaves.");
        var (privacy, limits) = (terms.Privacy, _policy.Differential);
        var guarantee = new AuditGuarantee(update.Kind == DepartureKind.MaskedUpdate) { Mechanism = privacy.Mechanism, Clip = privacy.Clip, NoiseMultiplier = privacy.NoiseMultiplier };
        if (terms.ReleaseOf(update.Run, update.Round, update.Attempt, update.Client, update.Sha256) is not { } release) return guarantee;
        var spent = await _spent.SpendAsync(limits, release);
        if (limits.Delta is not { } delta) return guarantee;
        return guarantee with
        {
            Delta = delta,
            EpsilonRun = SpentLedger.Epsilon(spent.Of((release.Account, release.Run)), delta),
            EpsilonTotal = SpentLedger.Epsilon(spent.Of(release.Account), delta),
        };
    }
}
