using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using Federated.Engine.Training;

namespace Federated.Engine.Augmentation;

/// <summary>Changes a gathered batch in place as a job asks: example by example in the order crop, flips, rotation, brightness, contrast, noise, scaling,
/// cutout, symbols; then mixup over the whole batch. What is off draws nothing. Not thread-safe.</summary>
internal sealed class BatchAugmentation
{
    private readonly ImmutableArray<Change> _changes;
    private readonly Mixup? _mixup;
    private readonly int _width;

    private BatchAugmentation(ImmutableArray<Change> changes, Mixup? mixup, int width) => (_changes, _mixup, _width) = (changes, mixup, width);

    private delegate void Change(Span<float> example, RandomStream draws);

    /// <summary>The changes that a job asks for; null where it asks for none.</summary>
    /// <param name="spec">What the job says; it suits the data.</param>
    /// <param name="data">Shape of one example.</param>
    public static BatchAugmentation? Create(AugmentationSpec spec, DataShape data)
    {
        var width = data.Input.Aggregate(1, (product, size) => product * size);
        ImmutableArray<Change> changes = [.. ForImages(spec, data), .. ForNumbers(spec, data), .. ForText(spec)];
        return changes.IsEmpty && spec.Mixup == 0 ? null : new(changes, spec.Mixup > 0 ? new Mixup(spec.Mixup) : null, width);
    }

    /// <summary>Changes a batch.</summary>
    /// <param name="batch">Its input is overwritten.</param>
    /// <param name="draws">The client's stream for this purpose.</param>
    /// <returns>What the batch was mixed with; null without mixup.</returns>
    public Mixed? Apply(Batch batch, RandomStream draws)
    {
        var values = batch.Input.Floats();
        for (var i = 0; i < batch.Count; i++)
            foreach (var change in _changes) change(values.Slice(i * _width, _width), draws);
        return _mixup?.Apply(values, batch, draws);
    }

    private static IEnumerable<Change> ForImages(AugmentationSpec spec, DataShape data)
    {
        if (data.Input.Length != 3) yield break;
        var image = new ImageChanges(data.Input[0], data.Input[1], data.Input[2]);
        if (spec.CropPadding is var padding and > 0)
            yield return (example, draws) => image.Shift(example, draws.Next(2 * padding + 1) - padding, draws.Next(2 * padding + 1) - padding);
        if (spec.HorizontalFlip) yield return (example, draws) => { if (Coin(draws)) image.MirrorRows(example); };
        if (spec.VerticalFlip) yield return (example, draws) => { if (Coin(draws)) image.MirrorColumns(example); };
        if (spec.Rotation > 0) yield return (example, draws) => image.Turn(example, Around(0, spec.Rotation, draws));
        if (spec.Brightness > 0) yield return (example, draws) => ImageChanges.Brighten(example, Around(1, spec.Brightness, draws));
        if (spec.Contrast > 0) yield return (example, draws) => ImageChanges.Spread(example, Around(1, spec.Contrast, draws));
        // The last of all: noise would fill the hole again.
        if (spec.Noise > 0) yield return (example, draws) => NumberChanges.AddNoise(example, spec.Noise, draws);
        if (spec.Cutout is var side and > 0) yield return (example, draws) => image.CutOut(example, draws.Next(image.Height), draws.Next(image.Width), side);
    }

    private static IEnumerable<Change> ForNumbers(AugmentationSpec spec, DataShape data)
    {
        if (data.Input.Length == 3) yield break;
        if (spec.Noise > 0) yield return (example, draws) => NumberChanges.AddNoise(example, spec.Noise, draws);
        if (spec.Scaling > 0)
        {
            var factors = new float[data.Input[^1]];
            yield return (example, draws) => NumberChanges.Scale(example, factors, spec.Scaling, draws);
        }
    }

    private static IEnumerable<Change> ForText(AugmentationSpec spec)
    {
        if (spec.DroppedTokens > 0) yield return (example, draws) => TextChanges.Drop(example, spec.DroppedTokens, draws);
        if (spec.UnknownTokens > 0) yield return (example, draws) => TextChanges.Forget(example, spec.UnknownTokens, draws);
    }

    private static bool Coin(RandomStream draws) => draws.NextUInt64() >> 63 == 1;

    private static double Around(double middle, double distance, RandomStream draws) => middle + distance * (2 * draws.NextDouble() - 1);
}
