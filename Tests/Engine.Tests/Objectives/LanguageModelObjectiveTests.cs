using Federated.Engine.Objectives;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Objectives;

public sealed class LanguageModelObjectiveTests
{
    private static readonly float[] Half = [0, 0, MathF.Log(2)];   // softmax: 1/4, 1/4, 1/2

    [Fact]
    public void Loss_is_the_mean_over_the_tokens_that_are_not_padding()
    {
        LibtorchSetup.Ensure();
        using var scope = NewDisposeScope();
        var scores = tensor([.. Half, .. Half, .. Half, .. Half]).view(2, 2, 3).requires_grad_(true);
        var (mean, predictions, correct) = new LanguageModelObjective().Score(scores, new Batch(empty(0), tensor([2f, 1, 2, 0]).view(2, 2), 2));
        Assert.Equal((2 * Math.Log(2) + Math.Log(4)) / 3, mean.item<float>(), 1e-6);
        Assert.Equal((3, 2), (predictions, correct));
        mean.backward();
        Assert.Equal([0, 0, 0], scores.grad![1, 1].data<float>().ToArray());
        Assert.Equal(0.25 / 3, scores.grad[0, 1, 0].item<float>(), 1e-6);
    }

    [Fact]
    public void Batch_of_nothing_but_padding_has_no_mean()
    {
        LibtorchSetup.Ensure();
        using var scope = NewDisposeScope();
        Assert.Throws<InvalidOperationException>(() => new LanguageModelObjective().Score(zeros(1, 2, 3), new Batch(empty(0), zeros(1, 2), 1)));
    }
}
