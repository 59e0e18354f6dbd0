using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>Numbers: the mean over examples and outputs of the squared error, of the absolute one, or of Huber's loss, e² / 2 up to δ and
/// δ (|e| - δ / 2) beyond (Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35(1), 1964). A batch's target has the
/// outputs' shape.</summary>
/// <param name="loss">Squared, absolute or Huber's.</param>
/// <param name="delta">Huber's δ, above 0.</param>
internal class RegressionObjective(Loss loss, double delta) : LearningObjective
{
    public override bool TakesScores => false;

    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies)
    {
        var values = scores.cpu().contiguous().Floats();
        var targets = batch.Target.contiguous().Floats();
        double absolute = 0, squared = 0, sum = 0, sumSquared = 0;
        for (var i = 0; i < targets.Length; i++)
        {
            double error = (double)values[i] - targets[i], target = targets[i];
            (absolute, squared) = (absolute + Math.Abs(error), squared + (error * error));
            (sum, sumSquared) = (sum + target, sumSquared + (target * target));
        }
        tallies.Add(TallyNames.Regression, 0, targets.Length);
        tallies.Add(TallyNames.Regression, 1, absolute);
        tallies.Add(TallyNames.Regression, 2, squared);
        tallies.Add(TallyNames.Regression, 3, sum);
        tallies.Add(TallyNames.Regression, 4, sumSquared);
    }

    public override Scored Score(Tensor scores, Batch batch) => new(loss switch
    {
        Loss.Mse => F.mse_loss(scores, batch.Target.to(scores.device)),
        Loss.Mae => F.l1_loss(scores, batch.Target.to(scores.device)),
        Loss.Huber => F.huber_loss(scores, batch.Target.to(scores.device), delta),
        _ => throw new InvalidOperationException($"{loss} is not a loss of a regression."),
    }, batch.Count, 0);
}
