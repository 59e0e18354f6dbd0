using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.OwnModels;

/// <summary>What is found out about a model by running it on a few examples of zeros, before it gets real ones.</summary>
/// <param name="Draws">Whether a training pass draws from libtorch's generator.</param>
/// <param name="NeedsPairs">Whether it fails on a training batch of one example and not on one of two.</param>
internal sealed record ModuleTrial(bool Draws, bool NeedsPairs)
{
    /// <summary>Runs a module; its values are of no use afterwards.</summary>
    /// <param name="model">Whose module it is.</param>
    /// <param name="module">A new instance.</param>
    /// <param name="data">What the data gives and wants.</param>
    /// <exception cref="EngineException">It fails, gives another shape than the data needs, or nothing that can be learnt from.</exception>
    public static ModuleTrial Run(OwnModel model, OwnModule module, DataShape data)
    {
        using var disposal = NewDisposeScope();
        lock (OwnModel.Generator)
        {
            using (no_grad()) CheckScores(model, model.Try(() => module.Forward(Zeros(data, 2), training: false)), data);
            var before = random.get_rng_state();
            var scores = model.Try(() => module.Forward(Zeros(data, 2), training: true));
            var draws = !random.get_rng_state().bytes.SequenceEqual(before.bytes);
            CheckScores(model, scores, data);
            if (!scores.requires_grad) throw new EngineException($"The model in {model.Name} gives scores that depend on none of its parameters, so there is nothing to train.");
            model.Try(() =>
            {
                scores.sum().backward();
                return true;
            });
            return new(draws, !CanLearnFromOne(module, data));
        }
    }

    private static void CheckScores(OwnModel model, Tensor scores, DataShape data)
    {
        long[] wanted = [2, .. data.Output.Select(size => (long)size)];
        if (scores.dtype != ScalarType.Float32 || !scores.shape.AsSpan().SequenceEqual(wanted))
            throw new EngineException($"The model in {model.Name} gives {Text(scores.shape)} of {scores.dtype} for a batch of 2 examples, "
                + $"each {Text([.. data.Input.Select(size => (long)size)])}, and the data set needs {Text(wanted)} of Float32.");
    }

    // Batch normalisation has no spread to divide by, and says so.
    private static bool CanLearnFromOne(OwnModule module, DataShape data)
    {
        try
        {
            module.Forward(Zeros(data, 1), training: true);
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return false;
        }
    }

    // Symbols of 0 are padding, or the first user and item: every vocabulary has one.
    private static Tensor Zeros(DataShape data, long examples) =>
        zeros([examples, .. data.Input.Select(size => (long)size)], data.Vocabularies.IsEmpty ? ScalarType.Float32 : ScalarType.Int64);

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}
