using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RunLedgerTests
{
    // Accuracies 0.5 and 0.25, or mean losses 2 and 6; the client without examples is left out.
    [Theory]
    [InlineData("accuracy", false, 0.25, 0.375)]
    [InlineData("rmse", true, 6, 4)]
    public void Evaluation_of_clients_apart_comes_with_their_spread(string headline, bool ofLoss, double worst, double mean)
    {
        var ledger = new RunLedger("run", new JobSpec(), new FakeTimeProvider());
        ledger.Apply(new() { RoundKept = new() { Report = new() { Round = 1, Headline = { headline } } } });
        ledger.Apply(new()
        {
            Evaluated = new()
            {
                Round = 1,
                Metrics = new() { Examples = 6, LossSum = 28, Correct = 2 },
                Clients =
                {
                    new ClientEvaluation { Client = "a", Metrics = new() { Examples = 2, LossSum = 4, Correct = 1 } },
                    new ClientEvaluation { Client = "b", Metrics = new() { Examples = 4, LossSum = 24, Correct = 1 } },
                    new ClientEvaluation { Client = "c", Metrics = new() },
                },
            },
        });

        var spread = ledger.Find(1)!.ClientSpread;
        Assert.Equal((2u, ofLoss, worst, mean), (spread.Clients, spread.OfLoss, spread.WorstTenth, spread.Mean));
    }
}
