using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>Numbers: mean squared error over examples and outputs. A batch's target has the outputs' shape.</summary>
internal sealed class RegressionObjective : LearningObjective
{
    public override bool TakesScores => false;

    public override Scored Score(Tensor scores, Batch batch) => new(F.mse_loss(scores, batch.Target), batch.Count, 0);
}
