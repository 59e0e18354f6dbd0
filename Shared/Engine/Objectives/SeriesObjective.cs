using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Objectives;

/// <summary>The next values of a series: a regression that is measured beside the forecasts that need no model. A batch's input has shape [batch, window, features], its
/// first feature being the past of what is predicted; its target has shape [batch, horizon].</summary>
/// <param name="loss">As of a regression.</param>
/// <param name="delta">As of a regression.</param>
/// <param name="naive">Those forecasts.</param>
internal sealed class SeriesObjective(Loss loss, double delta, NaiveForecast naive) : RegressionObjective(loss, delta)
{
    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies)
    {
        base.Tally(scores, batch, tallies);
        var (window, features, horizon) = ((int)batch.Input.shape[1], (int)batch.Input.shape[2], (int)batch.Target.shape[1]);
        var past = batch.Input.contiguous().Floats();
        var targets = batch.Target.contiguous().Floats();
        double last = 0, seasonal = 0;
        for (var i = 0; i < targets.Length; i++)
        {
            var (example, ahead) = (i / horizon * window, i % horizon);
            last += Squared(past[(example + window - 1) * features], targets[i]);
            // The latest known value at the same place of a season.
            if (naive.Season is { } season) seasonal += Squared(past[(example + window - season + (ahead % season)) * features], targets[i]);
        }
        tallies.Add(TallyNames.Naive, 0, targets.Length);
        tallies.Add(TallyNames.Naive, 1, last);
        if (naive.Season is null) return;
        tallies.Add(TallyNames.Naive, 2, targets.Length);
        tallies.Add(TallyNames.Naive, 3, seasonal);
    }

    private static double Squared(double forecast, double target) => (forecast - target) * (forecast - target);
}
