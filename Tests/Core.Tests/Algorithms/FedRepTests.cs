using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedRepTests
{
    // Worked out by hand: body u, head h, b = 4 and 0, steps of 1/2, two on the head and then one on the body. Round 1: h = 2, 3, then u = 0.5; nothing moves for b = 0: u = 3/4 * 0.5 = 0.375.
    // Round 2: h = 3 + 0.3125 + 0.15625 = 3.46875, u by 0.15625 / 2; h = -0.1875 - 0.09375 = -0.28125, u by -0.09375 / 2: u = 0.375 + 3/4 * 0.078125 - 1/4 * 0.046875.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = new Federation(new AlgorithmSpec { Name = "fedrep", HeadEpochs = 2 }, new Scales(4, 3, 0.5f, Scales.BodyAndHead), new Scales(0, 1, 0.5f, Scales.BodyAndHead));
        Assert.Equal([0.375f, 0], federation.Round());
        Assert.Equal([0.5f, 3], federation.Personal(0)!);
        Assert.Equal([0.421875f, 0], federation.Round());
        Assert.Equal([0.453125f, 3.46875f], federation.Personal(0)!);
        Assert.Equal([0.328125f, -0.28125f], federation.Personal(1)!);
    }

    // In double precision, and as the paper writes it: heads, then representations, then their mean.
    [Fact]
    public void Ten_rounds_are_those_of_the_papers_form()
    {
        (double B, long Examples)[] clients = [(3, 2), (-1, 5), (0.4, 3)];
        var federation = new Federation(new AlgorithmSpec { Name = "fedrep", HeadEpochs = 3 }, [.. clients.Select(client => new Scales((float)client.B, client.Examples, 0.1f, Scales.BodyAndHead, 2))]);
        var (representation, heads) = (0.0, new double[clients.Length]);
        for (var round = 0; round < 10; round++)
        {
            var ends = new double[clients.Length];
            for (var i = 0; i < clients.Length; i++)
            {
                for (var step = 0; step < 3; step++) heads[i] -= 0.1 * (representation + heads[i] - clients[i].B);
                ends[i] = representation;
                for (var step = 0; step < 2; step++) ends[i] -= 0.1 * (ends[i] + heads[i] - clients[i].B);
            }
            representation = clients.Zip(ends, (client, end) => client.Examples * end).Sum() / clients.Sum(client => client.Examples);
            Assert.Equal(representation, federation.Round()[0], 1e-5);
        }
        for (var i = 0; i < clients.Length; i++) Assert.Equal(heads[i], federation.Kept(i).Vectors["private"].Span[0], 1e-5);
    }

    // With enough epochs a head does all that is asked, and the representation has nothing left to learn.
    [Fact]
    public void Representation_stays_where_heads_solve_their_task()
    {
        var federation = new Federation(new AlgorithmSpec { Name = "fedrep", HeadEpochs = 200 }, new Scales(4, 3, 0.5f, Scales.BodyAndHead), new Scales(-1, 1, 0.5f, Scales.BodyAndHead));
        Assert.Equal(0, federation.Round()[0], 1e-6f);
        Assert.Equal(4, federation.Personal(0)![1], 1e-6f);
        Assert.Equal(-1, federation.Personal(1)![1], 1e-6f);
    }

    [Fact]
    public void Head_without_an_epoch_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Federation(new AlgorithmSpec { Name = "fedrep", HeadEpochs = 0 }, new Scales(0, 1, 0.5f, Scales.BodyAndHead)));
}
