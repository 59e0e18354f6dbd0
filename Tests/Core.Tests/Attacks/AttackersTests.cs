using Federated.Core.Attacks;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Attacks;

/// <summary>Who misbehaves in a simulation, and how far a little goes.</summary>
public sealed class AttackersTests
{
    private static readonly string[] Ten = [.. Enumerable.Range(0, 10).Select(number => $"client-{number}")];

    [Fact]
    public void A_job_without_an_attack_has_no_attackers() => Assert.Null(Attackers.Of(new(), Ten));

    [Fact]
    public void A_fraction_is_drawn_by_the_seed_alone()
    {
        var job = Job(new() { Kind = AttackKind.SignFlip, Fraction = 0.3 });
        var first = Attackers.Of(job, Ten)!;

        Assert.Equal(3, first.Clients.Count);
        Assert.Equal(first.Clients, Attackers.Of(job, Ten.Reverse())!.Clients);
        Assert.True(Enumerable.Range(0, 20).Select(seed => string.Join(' ', Attackers.Of(job with { Seed = (ulong)seed }, Ten)!.Clients)).Distinct().Count() > 5);
    }

    [Fact]
    public void The_trusted_client_is_not_drawn()
    {
        var job = Job(new() { Kind = AttackKind.SignFlip, Fraction = 0.9 }) with { Federation = new() { Aggregation = new() { Rule = AggregationRule.FlTrust, Root = "client-4" } } };
        for (var seed = 0UL; seed < 30; seed++) Assert.DoesNotContain("client-4", Attackers.Of(job with { Seed = seed }, Ten)!.Clients);
    }

    // Half of ten clients a round, two of ten attack: one of five updates.
    [Fact]
    public void Named_attackers_are_taken_and_their_share_of_a_round_is_known()
    {
        var job = Job(new() { Kind = AttackKind.Alie, Clients = ["client-7", "client-2"] }) with { Federation = new() { Cohort = new() { Fraction = 0.5 } } };
        var attackers = Attackers.Of(job, Ten)!;

        Assert.Equal(["client-2", "client-7"], attackers.Clients);
        Assert.Equal((5, 1), (attackers.Updates, attackers.Expected));
    }

    [Fact]
    public void Attackers_that_are_not_there_and_all_clients_are_refused()
    {
        var unknown = Assert.Throws<ArgumentException>(() => Attackers.Of(Job(new() { Kind = AttackKind.SignFlip, Clients = ["nobody"] }), Ten));
        Assert.StartsWith("attack.clients: 'nobody' is none of the 10 clients with training examples.", unknown.Message, StringComparison.Ordinal);
        var all = Assert.Throws<ArgumentException>(() => Attackers.Of(Job(new() { Kind = AttackKind.SignFlip, Clients = ["client-0"] }), ["client-0"]));
        Assert.StartsWith("attack: 1 of 1 clients would attack; at least one must be honest.", all.Message, StringComparison.Ordinal);
    }

    // The paper's example has n = 50 and m = 24: s = 2, (50 - 24 - 2) / 26 = 0.923, Φ(1.43) = 0.9236. n = 20, m = 8: s = 3, 9 / 12 = 0.75, the upper quartile 0.6745.
    [Theory]
    [InlineData(50, 24, 1.4261)]
    [InlineData(20, 8, 0.67449)]
    public void A_little_is_as_much_as_the_table_of_the_normal_distribution_says(int updates, int attackers, double expected) =>
        Assert.Equal(expected, LittleIsEnough.Deviations(updates, attackers), 1e-4);

    // Φ(z) by Simpson's rule over the density.
    [Theory]
    [InlineData(51, 12)]
    [InlineData(101, 45)]
    [InlineData(30, 14)]
    public void The_distribution_at_z_is_the_share_that_was_asked_for(int updates, int attackers)
    {
        var z = LittleIsEnough.Deviations(updates, attackers);
        const int Steps = 20_000;
        var sum = Enumerable.Range(0, Steps + 1).Sum(i => (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-Math.Pow(z * i / Steps, 2) / 2));
        var honest = updates - attackers;
        Assert.Equal((double)(honest - (updates / 2 + 1 - attackers)) / honest, 0.5 + sum * z / Steps / 3 / Math.Sqrt(2 * Math.PI), 1e-9);
    }

    [Theory]
    [InlineData(10, 2)]
    [InlineData(10, 6)]
    [InlineData(10, 0)]
    public void Where_the_formula_gives_nothing_the_key_is_named(int updates, int attackers) =>
        Assert.Contains("set attack.deviations", Assert.Throws<ArgumentException>(() => LittleIsEnough.Deviations(updates, attackers)).Message, StringComparison.Ordinal);

    private static JobSpec Job(AttackSpec attack) => new() { Attack = attack };
}
