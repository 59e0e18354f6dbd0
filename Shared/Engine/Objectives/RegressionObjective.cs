using Federated.Core.Jobs;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>Numbers: the mean over examples and outputs of the squared error, of the absolute one, or of Huber's loss, e² / 2 up to δ and
/// δ (|e| - δ / 2) beyond (Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35(1), 1964). A batch's target has the
/// outputs' shape.</summary>
/// <param name="loss">Squared, absolute or Huber's.</param>
/// <param name="delta">Huber's δ, above 0.</param>
internal sealed class RegressionObjective(Loss loss, double delta) : LearningObjective
{
    public override bool TakesScores => false;

    public override Scored Score(Tensor scores, Batch batch) => new(loss switch
    {
        Loss.Mse => F.mse_loss(scores, batch.Target),
        Loss.Mae => F.l1_loss(scores, batch.Target),
        Loss.Huber => F.huber_loss(scores, batch.Target, delta),
        _ => throw new InvalidOperationException($"{loss} is not a loss of a regression."),
    }, batch.Count, 0);
}
