using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Governance;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class SpentLedgerTests
{
    private const double Delta = 1e-5;

    private static readonly DifferentialPolicy Limits = new() { Delta = Delta, EpsilonPerRun = 5, EpsilonTotal = 6.3 };

    [Fact]
    public void Release_counts_once_however_often_it_is_sent()
    {
        var once = SpentLedger.Empty.With(Release("a", "r", 1));

        Assert.Same(once, once.With(Release("a", "r", 1)));
        Assert.Equal(PrivacyLedger.Empty.Add(new GaussianEvent(2)), once.Of("a"));
        Assert.Equal(PrivacyLedger.Empty.Add(new GaussianEvent(2), 2), once.With(Release("a", "r", 2)).Of("a"));
    }

    [Fact]
    public void Runs_add_up_and_clients_do_not()
    {
        var ledger = SpentLedger.Empty.With(Release("a", "r", 1)).With(Release("a", "s", 1)).With(Release("b", "r", 1));

        Assert.Equal(2, ledger.Of("a").Entries.Single().Count);
        Assert.Equal(1, ledger.Of(("a", "r")).Entries.Single().Count);
        Assert.Equal(1, ledger.Of("b").Entries.Single().Count);
        Assert.Equal(["a", "b"], ledger.Accounts);
    }

    [Fact]
    public void Epsilon_is_that_of_the_composed_releases()
    {
        var ledger = Enumerable.Range(1, 4).Aggregate(SpentLedger.Empty, (sum, round) => sum.With(Release("a", "r", round)));

        // The accountant takes the least over a list of orders; the fine grid here may be a little lower, never higher.
        var expected = RenyiEpsilon(4, 2, Delta);
        Assert.InRange(SpentLedger.Epsilon(ledger.Of("a"), Delta)!.Value, expected - 1e-9, expected * 1.02);
    }

    [Fact]
    public void Update_that_would_pass_the_limit_of_the_run_is_refused_with_the_numbers()
    {
        var (ledger, rounds) = Spend(SpentLedger.Empty, "r");

        Assert.Equal(Enumerable.Range(1, 40).TakeWhile(k => RenyiEpsilon(k, 2, Delta) <= 5).Count(), rounds);
        var refusal = ledger.Refusal(Limits, Release("a", "r", rounds + 1))!;
        Assert.StartsWith("With this update 'a' would have spent ε = ", refusal, StringComparison.Ordinal);
        Assert.EndsWith("at δ = 1E-05 in run r; the policy allows 5 (differential.epsilon_per_run).", refusal, StringComparison.Ordinal);
        Assert.Null(ledger.Refusal(Limits, Release("a", "r", rounds)));   // it has left already
        Assert.Null(ledger.Refusal(Limits, Release("b", "r", 1)));   // another one's budget
    }

    [Fact]
    public void Limit_of_all_runs_holds_although_no_run_has_reached_its_own()
    {
        var (ledger, first) = Spend(SpentLedger.Empty, "r");
        var (after, second) = Spend(ledger, "s");

        Assert.Equal(Enumerable.Range(1, 40).TakeWhile(k => RenyiEpsilon(k, 2, Delta) <= 6.3).Count(), first + second);
        Assert.EndsWith("in all runs; the policy allows 6.3 (differential.epsilon_total).", after.Refusal(Limits, Release("a", "s", second + 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Releases_of_unlike_adjacency_all_count_as_a_replacement()
    {
        var mixed = SpentLedger.Empty.With(Release("a", "r", 1)).With(new("a", "s", 1, 1, new GaussianEvent(4, Adjacency.ReplaceOne)));

        // Replacing one client costs what half the noise costs for its absence: z = 2 and 4 become 1 and 2.
        double[] halved = [1, 2];
        var expected = Least(order => halved.Sum(z => order / (2 * z * z)), Delta);
        Assert.InRange(SpentLedger.Epsilon(mixed.Of("a"), Delta)!.Value, expected - 1e-9, expected * 1.02);
    }

    // z = 2 at a step of 1 / 2047: as much as Gaussian noise of z = 2, whose halves the replacement costs.
    [Fact]
    public void Masked_sums_count_as_a_replacement_too_beside_a_clients_own_noise()
    {
        var mixed = SpentLedger.Empty.With(new("a", "r", 1, 1, new SkellamEvent(4.0 * 2047 * 2047, 2047, 2047.0 * 2047))).With(new("a", "s", 1, 1, new GaussianEvent(4, Adjacency.ReplaceOne)));

        double[] halved = [1, 2];
        var expected = Least(order => halved.Sum(z => order / (2 * z * z)), Delta);
        Assert.InRange(SpentLedger.Epsilon(mixed.Of("a"), Delta)!.Value, expected, expected * 1.04);
    }

    [Fact]
    public void Without_limits_nothing_is_refused()
    {
        var ledger = Enumerable.Range(1, 50).Aggregate(SpentLedger.Empty, (sum, round) => sum.With(Release("a", "r", round)));
        Assert.Null(ledger.Refusal(new DifferentialPolicy(), Release("a", "r", 51)));
    }

    /// <summary>ε of k Gaussian releases with noise z by Renyi orders (Mironov 2017, corollary 3: α k / (2 z²)) and the conversion of Canonne, Kamath, Steinke 2020, proposition 12, on a fine grid of orders.</summary>
    internal static double RenyiEpsilon(int k, double z, double delta) => Least(order => order * k / (2 * z * z), delta);

    private static double Least(Func<double, double> renyi, double delta) => Enumerable.Range(1, 30_000).Select(i => 1 + i * 0.005)
        .Min(order => renyi(order) + Math.Log((order - 1) / order) - (Math.Log(delta) + Math.Log(order)) / (order - 1));

    private static SpentRelease Release(string account, string run, int round) => new(account, run, round, 0, new GaussianEvent(2));

    private static (SpentLedger Ledger, int Rounds) Spend(SpentLedger ledger, string run)
    {
        var round = 1;
        while (ledger.Refusal(Limits, Release("a", run, round)) is null) ledger = ledger.With(Release("a", run, round++));
        return (ledger, round - 1);
    }
}
