using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Governance;
using Federated.Core.Tests.Privacy.Differential;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class JobPrivacyTests
{
    [Fact]
    public void Update_of_a_noised_sum_is_masked_and_every_attempt_spends_what_the_least_noise_leaves()
    {
        var privacy = JobPrivacy.Of(PrivateJobs.Distributed());

        Assert.Equal((true, "distributed", 1.0, 2.0), (privacy.SecureAggregation, privacy.Mechanism, privacy.Clip, privacy.NoiseMultiplier));
        Assert.Equal(new SkellamEvent(4.0 * 2047 * 2047, 2047, 2047.0 * 2047), privacy.Release);
        Assert.True(privacy.EveryUpdateCounts);
    }

    [Fact]
    public void Policy_asks_that_the_noise_stands_so_many_colluding_clients()
    {
        var policy = new PolicySpec { Differential = new() { Colluding = 2 } };
        Assert.Empty(PolicyCheck.Job(policy, PrivateJobs.Distributed("privacy.differential.colluding=2")));
        Assert.Equal(["privacy.differential.colluding is 1: the policy asks for at least 2 (differential.colluding)."], PolicyCheck.Job(policy, PrivateJobs.Distributed("privacy.differential.colluding=1")).ToArray());
        // Of a job whose noise others do not draw it says nothing.
        Assert.Empty(PolicyCheck.Job(policy, PrivateJobs.Central()));
    }

    [Fact]
    public void Policy_limits_what_updates_of_noised_sums_spend()
    {
        var job = PrivateJobs.Distributed("federation.rounds=30");
        var policy = new PolicySpec { Differential = new() { Required = true, Delta = 1e-5, EpsilonPerRun = 8 } };
        Assert.Empty(PolicyCheck.Job(policy, job));
        var most = Enumerable.Range(1, 30).TakeWhile(count => SpentLedger.Epsilon(PrivacyLedger.Empty.Add(new GaussianEvent(2), count), 1e-5) <= 8).Count();
        // Orders between whole ones are the Gaussian's alone: a round fewer may be left.
        Assert.Contains(PolicyForecast.Of(policy, job), sentence => sentence.StartsWith($"A client takes part in {most} of the 30 rounds", StringComparison.Ordinal)
            || sentence.StartsWith($"A client takes part in {most - 1} of the 30 rounds", StringComparison.Ordinal));
        Assert.StartsWith("privacy.differential.mechanism distributed with noise_multiplier 2: a single update spends ε = ",
            Assert.Single(PolicyCheck.Job(policy with { Differential = policy.Differential with { EpsilonPerRun = 0.5 } }, job)), StringComparison.Ordinal);
    }
}
