using Federated.Core.Metrics;
using Federated.Core.Metrics.Readers;

namespace Federated.Core.Tests.Metrics;

public sealed class RankingReaderTests
{
    [Fact]
    public void Figures_are_means_over_users()
    {
        var ranking = new Tally(TallyNames.Ranking, [0, 1, 2], [4, 2, 1.5]);   // hits at rank 1 and rank 3: 1 / log2(2) + 1 / log2(4)
        Assert.Equal([new("hit_rate_10", 0.5), new Figure("ndcg_10", 0.375)], new RankingReader().Read(ranking, default, []));
    }

    [Fact]
    public void No_users_have_no_figures() => Assert.Empty(new RankingReader().Read(new Tally(TallyNames.Ranking, [], []), default, []));

    [Fact]
    public void More_hits_than_users_make_no_sense() => Assert.NotNull(new RankingReader().Complaint(new Tally(TallyNames.Ranking, [0, 1], [1, 2])));
}
