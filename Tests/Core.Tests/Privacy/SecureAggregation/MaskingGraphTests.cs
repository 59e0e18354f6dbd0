using System.Numerics;
using Federated.Core.Privacy.SecureAggregation;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

public sealed class MaskingGraphTests
{
    private static readonly MaskingRules Rules = new() { Minimum = 2 };

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(10, 7)]
    [InlineData(20, 14)]
    [InlineData(80, 54)]
    public void Small_cohort_has_the_complete_graph_and_needs_more_than_two_thirds(int clients, int threshold)
    {
        var shape = MaskingGraph.Choose(clients, Rules);
        Assert.Equal(new(clients, clients - 1, threshold), shape);
        Assert.True(shape.Complete);
    }

    // Of 8 clients a fifth is one, of 9 as well: 4 neighbours and a threshold of 2 meet the conditions of a sparse graph there, and two clients on the coordinator's side would open everything.
    [Fact]
    public void No_small_cohort_has_a_sparse_graph()
    {
        Assert.True(Meets(9, 4, 2));
        for (var clients = 2; clients < 100; clients++) Assert.Equal(new(clients, clients - 1, 2 * clients / 3 + 1), MaskingGraph.Choose(clients, Rules));
        Assert.False(MaskingGraph.Choose(100, Rules).Complete);
    }

    [Theory]
    [InlineData(100, 50, 21)]
    [InlineData(300, 108, 49)]
    [InlineData(1000, 160, 73)]
    public void Chosen_degree_meets_the_conditions_by_exact_count_and_the_next_smaller_one_does_not(int clients, int neighbours, int threshold)
    {
        var shape = MaskingGraph.Choose(clients, Rules);
        Assert.Equal(new(clients, neighbours, threshold), shape);
        Assert.True(Meets(clients, shape.Neighbours, shape.Threshold));
        Assert.False(Meets(clients, shape.Neighbours, shape.Threshold - 1));
        Assert.DoesNotContain(Enumerable.Range(threshold - 4, 6), t => Meets(clients, shape.Neighbours - 2, t));
    }

    // What the parameter finder of Google's Federated Compute Platform gives in its tests for a coordinator that is honest but curious, with σ = 40 and η = 20. It draws neighbours from all n clients and not from the n - 1 others, which moves k by 2 at most.
    [Theory]
    [InlineData(1_000, 0.33, 0.33, 286, 150)]
    [InlineData(10_000, 0.33, 0.33, 422, 221)]
    [InlineData(100_000, 0.33, 0.33, 480, 251)]
    [InlineData(1_000, 0.05, 0.33, 72, 24)]
    [InlineData(10_000, 0.05, 0.33, 86, 29)]
    [InlineData(1_000, 0.33, 0.05, 78, 60)]
    [InlineData(10_000, 0.33, 0.05, 92, 70)]
    public void Degree_agrees_with_a_published_implementation(int clients, double corrupt, double dropOut, int neighbours, int threshold)
    {
        var shape = MaskingGraph.Choose(clients, Rules with { Corrupt = corrupt, DropOut = dropOut, CorrectnessBits = 20 });
        Assert.InRange(shape.Neighbours, neighbours - 2, neighbours + 2);
        Assert.InRange(shape.Threshold, threshold - 2, threshold + 2);
    }

    [Fact]
    public void Declared_numbers_are_taken_at_their_word()
    {
        Assert.Equal(new(100, 99, 60), MaskingGraph.Choose(100, Rules with { Threshold = 60 }));
        Assert.Equal(new(100, 10, 8), MaskingGraph.Choose(100, Rules with { Neighbours = 9 }));   // made even; ⌊2 * 11 / 3⌋ + 1
        Assert.Equal(new(100, 20, 12), MaskingGraph.Choose(100, Rules with { Neighbours = 20, Threshold = 12 }));
        Assert.Equal(new(9, 8, 7), MaskingGraph.Choose(9, Rules with { Neighbours = 20 }));
    }

    [Fact]
    public void With_identities_the_graph_is_complete_and_two_lists_cannot_both_reach_the_threshold()
    {
        Assert.Equal(new(1000, 999, 667), MaskingGraph.Choose(1000, Rules with { Identities = true }));
        Assert.Equal(new(10, 9, 7), MaskingGraph.Choose(10, Rules with { Identities = true, Threshold = 4 }));
        Assert.Equal(new(10, 9, 9), MaskingGraph.Choose(10, Rules with { Identities = true, Threshold = 9 }));
        for (var n = 2; n < 200; n++)
        {
            // Honest clients sign one list, the corrupt ones both: 2t signatures need n + c clients.
            var t = MaskingGraph.Choose(n, Rules with { Identities = true }).Threshold;
            Assert.True(2 * t > n + (n - 1) / 3);
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(7, 6)]
    [InlineData(8, 7)]
    [InlineData(9, 2)]
    [InlineData(50, 12)]
    [InlineData(50, 48)]
    public void Members_around_each_client_are_counted_as_its_neighbours_are_listed(int clients, int neighbours)
    {
        var random = new Random(clients + neighbours);
        var graph = MaskingGraph.Build(new(clients, neighbours, 2), seed: 7);
        for (var i = 0; i < 20; i++)
        {
            bool[] set = [random.Next(2) == 0, .. Enumerable.Range(0, clients).Select(_ => random.Next(3) == 0)];
            Assert.Equal(Enumerable.Range(1, clients).Select(client => graph.Neighbours(client).Append(client).Count(other => set[other])), graph.CountsAround(set)[1..]);
        }
    }

    [Theory]
    [InlineData(1, null, null, false, 0.2, 0.3, "at least 2, not 1")]
    [InlineData(2, 1, null, false, 0.2, 0.3, "threshold is at least 2")]
    [InlineData(2, 12, 10, false, 0.2, 0.3, "at most 11, not 12")]
    [InlineData(2, null, 1, false, 0.2, 0.3, "at least 2 neighbours")]
    [InlineData(2, null, 10, true, 0.2, 0.3, "With identities")]
    [InlineData(2, null, null, false, 0.5, 0.5, "together below 1")]
    [InlineData(2, null, null, false, double.NaN, 0.5, "together below 1")]
    public void Rules_at_fault_are_named(int minimum, int? threshold, int? neighbours, bool identities, double corrupt, double dropOut, string fault)
    {
        var rules = new MaskingRules { Minimum = minimum, Threshold = threshold, Neighbours = neighbours, Identities = identities, Corrupt = corrupt, DropOut = dropOut };
        Assert.Contains(fault, rules.Fault());
        Assert.Contains(fault, Assert.Throws<ArgumentException>(() => MaskingGraph.Choose(50, rules)).Message);
    }

    [Fact]
    public void Too_few_clients_have_no_graph() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => MaskingGraph.Choose(4, Rules with { Minimum = 5 }));

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(7, 6)]
    [InlineData(50, 10)]
    [InlineData(101, 64)]
    public void Graph_is_regular_symmetric_and_repeatable(int clients, int neighbours)
    {
        var graph = MaskingGraph.Build(new(clients, neighbours, 2), seed: 5);
        for (var client = 1; client <= clients; client++)
        {
            int[] around = [.. graph.Neighbours(client)];
            Assert.Equal(neighbours, around.Distinct().Count());
            Assert.Equal(around.Order(), around);
            Assert.DoesNotContain(client, around);
            Assert.All(around, other => Assert.Contains(client, graph.Neighbours(other)));
            Assert.True(around.SequenceEqual(MaskingGraph.Build(graph.Shape, 5).Neighbours(client)));
        }
    }

    [Fact]
    public void Another_seed_gives_other_neighbours() =>
        Assert.False(MaskingGraph.Build(new(100, 10, 5), 1).Neighbours(1).SequenceEqual(MaskingGraph.Build(new(100, 10, 5), 2).Neighbours(1)));

    [Fact]
    public void Frequency_of_bad_events_is_that_of_the_formulas()
    {
        // With weak bounds they are seen to happen: n = 40, k = 6, 8 corrupt and 12 missing. Frequencies of 20,000 graphs lie below the union bounds, and that of one client having t corrupt neighbours is the hypergeometric one within 5
        // standard deviations (false alarm: once in 1.7 million seeds).
        const int n = 40, k = 6, t = 4, trials = 20_000;
        var (crowded, cut) = (0, 0);
        for (ulong trial = 0; trial < trials; trial++)
        {
            var graph = MaskingGraph.Build(new(n, k, t), trial);
            var missing = new HashSet<int>(Enumerable.Range(2, 8).Concat(Enumerable.Range(20, 12)));
            if (graph.Neighbours(1).Count(other => other is >= 2 and <= 9) >= t) crowded++;
            if (!Connected(graph, [.. Enumerable.Range(1, n).Where(client => !missing.Contains(client))])) cut++;
        }
        var probability = Tail(n - 1, 8, k, t);
        Assert.InRange(crowded / (double)trials, probability - 5 * Math.Sqrt(probability / trials), probability + 5 * Math.Sqrt(probability / trials));
        var bound = Cut(n, k, 20);
        Assert.InRange(cut / (double)trials, bound / 20, bound);
    }

    // The three conditions with γ = 0.2, δ = 0.3, σ = 40 and η = 30, by counting subsets with whole numbers.
    private static bool Meets(int n, int k, int t) =>
        n * Tail(n - 1, n / 5, k, t) <= Math.ScaleB(1, -41) && Cut(n, k, n / 5 + 3 * n / 10) <= Math.ScaleB(1, -41) && n * Below(n - 1, n - 1 - 3 * n / 10, k, t) <= Math.ScaleB(1, -30);

    // That t or more of the k drawn are marked.
    private static double Tail(int population, int marked, int k, int t) => Among(population, marked, k, Enumerable.Range(t, Math.Max(0, k - t + 1)));

    // That fewer than t are.
    private static double Below(int population, int marked, int k, int t) => Among(population, marked, k, Enumerable.Range(0, t));

    private static double Among(int population, int marked, int k, IEnumerable<int> counts) =>
        Ratio(counts.Aggregate(BigInteger.Zero, (sum, x) => sum + Choose(marked, x) * Choose(population - marked, k - x)), Choose(population, k));

    // Pairs of places of k/2 in a row, times the probability that these k are all among the missing.
    private static double Cut(int n, int k, int missing) => n * (n - k - 1) / 2.0 * Ratio(Choose(n - k, missing - k), Choose(n, missing));

    private static BigInteger Choose(int n, int k)
    {
        if (k < 0 || k > n) return 0;
        var ways = BigInteger.One;
        for (var i = 0; i < k; i++) ways = ways * (n - i) / (i + 1);
        return ways;
    }

    private static double Ratio(BigInteger part, BigInteger whole) => part.IsZero ? 0 : Math.Exp(BigInteger.Log(part) - BigInteger.Log(whole));

    private static bool Connected(MaskingGraph graph, HashSet<int> stayed)
    {
        var (seen, stack) = (new HashSet<int> { stayed.First() }, new Stack<int>([stayed.First()]));
        while (stack.TryPop(out var client))
            foreach (var other in graph.Neighbours(client))
                if (stayed.Contains(other) && seen.Add(other))
                    stack.Push(other);
        return seen.Count == stayed.Count;
    }
}
