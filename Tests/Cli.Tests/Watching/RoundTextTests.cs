using Federated.Cli.Tests.Hosting;
using Federated.Cli.Watching;

namespace Federated.Cli.Tests.Watching;

public sealed class RoundTextTests
{
    [Fact]
    public void Line_of_an_evaluated_round_has_the_documented_form() =>
        Assert.Equal("round 1/2  accuracy 0.9000  loss 0.2500  clients 10/10  down 2.0 kB  up 10.0 kB  time 1.50 s", RoundText.Line(RunScript.Round(1, 900), 2));

    [Fact]
    public void Line_of_a_round_without_evaluation_has_dashes() =>
        Assert.Equal("round 1/2  accuracy -  loss -  clients 10/10  down 2.0 kB  up 10.0 kB  time 1.50 s", RoundText.Line(RunScript.Round(1, null), 2));

    [Fact]
    public void Line_has_the_figure_of_the_objective_behind_accuracy_and_loss() =>
        Assert.StartsWith("round 2/2  accuracy 0.9500  loss 0.2500  auroc 0.8750  clients 10/10", RoundText.Line(RunScript.Measured(), 2), StringComparison.Ordinal);

    [Fact]
    public void Line_ends_with_the_clients_own_models_where_they_have_some() =>
        Assert.EndsWith("  time 1.50 s  own models: accuracy 0.7500 loss 0.5000", RoundText.Line(RunScript.Personal(), 2), StringComparison.Ordinal);

    [Fact]
    public void Line_has_a_dash_for_accuracy_where_hits_have_no_meaning() =>
        Assert.StartsWith("round 2/2  accuracy -  loss 0.2500  rmse 2.2500  clients 10/10", RoundText.Line(RunScript.Regression(), 2), StringComparison.Ordinal);

    [Fact]
    public void Line_of_a_repeated_round_says_how_often_it_was_tried()
    {
        var round = RunScript.Round(2, 900);
        round.Attempts = 3;

        Assert.EndsWith("  time 1.50 s  attempts 3", RoundText.Line(round, 2), StringComparison.Ordinal);
    }
}
