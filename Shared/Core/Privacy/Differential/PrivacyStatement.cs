using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;

namespace Federated.Core.Privacy.Differential;

/// <summary>What a run may say of its differential privacy: a guarantee, or that none is claimed, and why.</summary>
/// <param name="Epsilon">ε; null where none is claimed.</param>
/// <param name="Delta">δ.</param>
/// <param name="Sentence">For people: the unit, the neighbours, ε and δ, how it was reckoned, who has to be trusted for what, and what it does not cover.</param>
public sealed record PrivacyStatement(double? Epsilon, double Delta, string Sentence)
{
    /// <summary>What a run may say.</summary>
    /// <param name="plan">Its job's.</param>
    /// <param name="record">What it has given away.</param>
    /// <param name="clients">How many clients it has; null where that is not known.</param>
    public static PrivacyStatement Of(PrivacyPlan plan, PrivacyRecord record, int? clients)
    {
        var delta = plan.Spec.Delta;
        if (plan.Mechanism != PrivacyMechanism.Example && clients * delta >= 1)
            return None(delta, Invariant($"privacy.differential.delta {delta} promises nothing to {clients} clients, for the data of one of them could be shown to all; it has to be below 1 / {clients}."));
        var claim = record.Epsilon(plan);
        if (!claim.Ok) return None(delta, claim.Refusal);
        if (!double.IsFinite(claim.Guarantee.Epsilon)) return None(delta, "what was given away has no noise.");
        return new(claim.Guarantee.Epsilon, delta, Sentences(plan, claim.Guarantee));
    }

    /// <summary>What all rounds of a job will cost, as a sentence; null without differential privacy, and where that depends on what only workers know.</summary>
    /// <param name="job">A checked job.</param>
    public static string? Forecast(JobSpec job)
    {
        if (PrivacyPlan.Of(job) is not { } plan || plan.Mechanism == PrivacyMechanism.Example || PrivacyRecord.Nothing.WithNext(plan) is not { } next) return null;
        var all = next with { Asked = job.Federation.Rounds, Released = next.Released.Entries is [var one] ? PrivacyLedger.Empty.Add(one.Event, PrivacyPlan.Events(job)) : next.Released };
        return all.Epsilon(plan) is { Ok: true, Guarantee: var guarantee }
            ? Invariant($"With noise multiplier {plan.NoiseMultiplier:0.####} all {job.Federation.Rounds} rounds come to ε = {Up(guarantee.Epsilon)} for δ = {plan.Spec.Delta}.") : null;
    }

    private static PrivacyStatement None(double delta, string why) => new(null, delta, $"No guarantee of differential privacy is claimed: {why}");

    private static string Sentences(PrivacyPlan plan, Guarantee guarantee)
    {
        var numbers = Invariant($"(ε = {Up(guarantee.Epsilon)}, δ = {guarantee.Delta})");
        var reckoned = Invariant($"by {(guarantee.Accountant == AccountantKind.Renyi ? "Rényi accounting" : "privacy loss distributions")} with noise multiplier {plan.NoiseMultiplier:0.####}");
        const string Uncovered = "not covered are the figures of evaluations, sizes of cohorts and data, times and failures.";
        return plan.Mechanism switch
        {
            PrivacyMechanism.Central => $"The models of all rounds together are {numbers}-differentially private for clients: they tell no more than that whether {Neighbours(guarantee.Adjacency)}, {reckoned}{Lots(plan)}; "
                + $"the coordinator is trusted to see every client's update{(plan.DrawsInSecret ? ", to draw the noise and to tell nobody who took part" : " and to draw the noise")}, and other clients and whoever gets the models need not be; {Uncovered}",
            PrivacyMechanism.Tree => $"The models of all rounds together are {numbers}-differentially private for clients: they tell no more than that whether {Neighbours(guarantee.Adjacency)}, {reckoned} on each node of "
                + $"trees of {plan.Leaves} rounds, in each of which a client takes part once at most, whoever knows when; the coordinator is trusted to see every client's update, to draw the noise and to ask nobody twice in one tree, "
                + $"and other clients and whoever gets the models need not be; {Uncovered}",
            PrivacyMechanism.Local => $"The updates of a client in all rounds together are {numbers}-differentially private: they tell no more than that which data the client has, {reckoned} and a client that is asked in every round; "
                + $"nobody is trusted but the client's own worker, which draws the noise; {Uncovered}",
            PrivacyMechanism.Distributed => $"The sums of updates of all rounds together are {numbers}-differentially private for clients: they tell no more than that whether {Neighbours(guarantee.Adjacency)}, {reckoned}{Lots(plan)}; "
                + $"each client's own worker is trusted, which cuts its update and draws its share of the noise; of the {plan.Job.Federation.Cohort.Minimum} or more clients of a sum {Colluding(plan.Spec.Colluding)}; {Protocol(plan.Job)}; {Uncovered}",
            _ => $"The updates of a client in all rounds together are {numbers}-differentially private for its examples: they tell no more than that whether any one example is there, {reckoned} and examples drawn in secret for every step, "
                + $"for the client that fares worst and is asked in every round; nobody is trusted but the client's own worker, which draws examples and noise; {Uncovered}",
        };
    }

    private static string Colluding(int clients) => clients == 0 ? "all are trusted to add their shares and to keep them to themselves"
        : Invariant($"all but {clients} are trusted to add their shares and to keep them to themselves, whatever {(clients == 1 ? "that one" : "those")} and the coordinator may tell each other");

    private static string Protocol(JobSpec job) => job.Privacy.SecureAggregation.RequireIdentities ? "the coordinator is not trusted, and learns sums alone, since clients know each other's signatures"
        : "the coordinator is trusted to keep to the protocol, and learns sums alone";

    private static string Neighbours(Adjacency adjacency) => adjacency == Adjacency.AddOrRemoveOne ? "any one client takes part with all its data" : "any one client has its data or quite other ones";

    private static string Lots(PrivacyPlan plan) => !plan.DrawsInSecret ? ", without regard to who was drawn"
        : plan.Job.Federation.Cohort.Selection.Kind == SelectionKind.Poisson ? Invariant($", each client taking part with probability {plan.Job.Federation.Cohort.Fraction} by a secret lot")
        : Invariant($", a fraction of {plan.Job.Federation.Cohort.Fraction} of the clients being drawn by secret lots");

    // Never below what it is.
    private static double Up(double epsilon) => Math.Ceiling(epsilon * 1000) / 1000;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
