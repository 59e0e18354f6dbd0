using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Governance;

/// <summary>One update of a client that has left, or is about to.</summary>
/// <param name="Account">Whose privacy it spends: the client, and where clients are parts of a shared data set, the set's name before it.</param>
/// <param name="Run">The run.</param>
/// <param name="Round">1-based.</param>
/// <param name="Attempt">The attempt of the round; 0 where attempts do not count apart.</param>
/// <param name="Event">What it gives away.</param>
public sealed record SpentRelease(string Account, string Run, int Round, int Attempt, PrivacyEvent Event)
{
    /// <value>SHA-256 of the update where each that is made has noise of its own, also for the same attempt; "" where it is not known yet, and where updates of a round do not count apart.</value>
    public string Payload { get; init; } = "";
}

/// <summary>What the updates of each client have given away, in every run and in all of them. An update counts once, however often it is sent. Immutable.</summary>
/// <remarks>ε is <see cref="PrivacyAccountant"/>'s with Renyi orders over all releases at the policy's δ. Where releases are of different adjacency, all count as the replacement of a client by another, which
/// costs a release that speaks of a client's absence as much as with half the noise, or twice the reach.</remarks>
public sealed class SpentLedger
{
    /// <summary>Nothing was spent.</summary>
    public static readonly SpentLedger Empty = new([], ImmutableDictionary.Create<(string, string), PrivacyLedger>(), ImmutableDictionary.Create<string, PrivacyLedger>(StringComparer.Ordinal));

    private readonly ImmutableHashSet<(string, string, int, int, string)> _known;
    private readonly ImmutableDictionary<(string Account, string Run), PrivacyLedger> _runs;
    private readonly ImmutableDictionary<string, PrivacyLedger> _accounts;

    private SpentLedger(ImmutableHashSet<(string, string, int, int, string)> known, ImmutableDictionary<(string, string), PrivacyLedger> runs, ImmutableDictionary<string, PrivacyLedger> accounts) =>
        (_known, _runs, _accounts) = (known, runs, accounts);

    /// <value>The accounts, in ordinal order.</value>
    public IEnumerable<string> Accounts => _accounts.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether this release is in the ledger.</summary>
    public bool Has(SpentRelease release) => _known.Contains(KeyOf(release));

    /// <summary>The ledger with a release; itself where it has it already.</summary>
    public SpentLedger With(SpentRelease release)
    {
        if (Has(release)) return this;
        var run = (release.Account, release.Run);
        return new(_known.Add(KeyOf(release)), _runs.SetItem(run, Of(run).Add(release.Event)), _accounts.SetItem(release.Account, Of(release.Account).Add(release.Event)));
    }

    /// <summary>What an account has spent in one run.</summary>
    public PrivacyLedger Of((string Account, string Run) run) => _runs.GetValueOrDefault(run, PrivacyLedger.Empty);

    /// <summary>What an account has spent in all runs.</summary>
    public PrivacyLedger Of(string account) => _accounts.GetValueOrDefault(account, PrivacyLedger.Empty);

    /// <summary>Why a release may not happen; null where it may, and where it has happened already.</summary>
    /// <param name="policy">The limits.</param>
    /// <param name="release">What is about to leave.</param>
    public string? Refusal(DifferentialPolicy policy, SpentRelease release)
    {
        if (!policy.HasLimit || Has(release)) return null;
        var (after, delta) = (With(release), policy.Delta!.Value);
        return Over(after.Of((release.Account, release.Run)), policy.EpsilonPerRun, delta, $"in run {release.Run}", "differential.epsilon_per_run")
            ?? Over(after.Of(release.Account), policy.EpsilonTotal, delta, "in all runs", "differential.epsilon_total");

        string? Over(PrivacyLedger spent, double? limit, double δ, string where, string key)
        {
            if (limit is not { } most) return null;
            var claim = Claim(spent, δ);
            if (claim.Guarantee is not { } guarantee) return $"What '{release.Account}' would have spent {where} cannot be counted: {claim.Refusal}";
            return guarantee.Epsilon <= most ? null : string.Create(CultureInfo.InvariantCulture,
                $"With this update '{release.Account}' would have spent ε = {guarantee.Epsilon:0.###} at δ = {δ} {where}; the policy allows {most} ({key}).");
        }
    }

    /// <summary>ε of what was spent; null where it cannot be counted.</summary>
    /// <param name="spent">What <see cref="Of(string)"/> gives.</param>
    /// <param name="delta">δ, above 0 and below 1.</param>
    public static double? Epsilon(PrivacyLedger spent, double delta) => Claim(spent, delta).Guarantee?.Epsilon;

    private static PrivacyClaim Claim(PrivacyLedger spent, double delta)
    {
        var isMixed = spent.Entries.Select(entry => entry.Event.Adjacency).Distinct().Count() > 1;
        var alike = isMixed ? spent.Entries.Aggregate(PrivacyLedger.Empty, (sum, entry) => sum.Add(Replacing(entry.Event), entry.Count)) : spent;
        return PrivacyAccountant.Epsilon(alike, delta, AccountantKind.Renyi);
    }

    private static (string, string, int, int, string) KeyOf(SpentRelease release) => (release.Account, release.Run, release.Round, release.Attempt, release.Payload);

    // A replacement in the numbers of an absence, so that all can be added up.
    private static PrivacyEvent Replacing(PrivacyEvent release) => release switch
    {
        GaussianEvent plain => new GaussianEvent(plain.NoiseMultiplier / 2),
        SkellamEvent sum => new SkellamEvent(sum.Variance, 2 * sum.L2, 2 * sum.L1),
        _ => release,
    };
}
