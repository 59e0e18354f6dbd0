using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Augmentation;
using Federated.Engine.Tests.Training;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Augmentation;

public sealed class BatchAugmentationTests
{
    private static readonly DataShape Images = DataShape.ForClasses([1, 8, 8], 4);

    private static readonly AugmentationSpec Everything = new()
    {
        CropPadding = 2,
        HorizontalFlip = true,
        VerticalFlip = true,
        Rotation = 15,
        Brightness = 0.2,
        Contrast = 0.2,
        Noise = 0.01,
        Cutout = 3,
        Mixup = 0.4,
    };

    [Fact]
    public void Nothing_asked_for_is_nothing() => Assert.Null(BatchAugmentation.Create(new(), Images));

    [Fact]
    public void Draws_decide_what_comes_out()
    {
        Assert.Equal(Apply(Everything, 1), Apply(Everything, 1));
        Assert.NotEqual(Apply(Everything, 1), Apply(Everything, 2));
    }

    [Theory]
    [MemberData(nameof(Single))]
    public void Every_option_changes_examples_by_itself(AugmentationSpec spec)
    {
        Assert.NotEqual(Apply(new() { Brightness = 1e-9 }, 1), Apply(spec, 1));
    }

    public static TheoryData<AugmentationSpec> Single =>
    [
        new AugmentationSpec { CropPadding = 2 }, new AugmentationSpec { HorizontalFlip = true }, new AugmentationSpec { VerticalFlip = true },
        new AugmentationSpec { Rotation = 10 }, new AugmentationSpec { Brightness = 0.3 }, new AugmentationSpec { Contrast = 0.3 },
        new AugmentationSpec { Noise = 0.1 }, new AugmentationSpec { Cutout = 3 }, new AugmentationSpec { Mixup = 1 },
    ];

    [Fact]
    public void Mixup_mixes_features_and_losses_in_one_share()
    {
        var augmentation = BatchAugmentation.Create(new() { Mixup = 1 }, DataShape.ForNumbers([1]))!;
        using var scope = NewDisposeScope();
        float[] features = [1, 10, 100, 1000], targets = [1, 10, 100, 1000];
        var batch = new Batch(tensor(features).view(4, 1), tensor(targets).view(4, 1), 4);
        var (share, other) = augmentation.Apply(batch, new RandomStream(5))!.Value;
        Assert.InRange(share, 0, 1);
        var (mixed, partners) = (batch.Input.data<float>().ToArray(), other.Target.data<float>().ToArray());
        Assert.Equal(targets, partners.Order());
        Assert.NotEqual(targets, partners);
        for (var i = 0; i < 4; i++) Assert.Equal(share * features[i] + (1 - share) * partners[i], mixed[i], 1e-3);
        Assert.Equal(targets, batch.Target.data<float>().ToArray());
    }

    [Fact]
    public void Shares_of_mixup_have_the_spread_of_their_beta_distribution()
    {
        var (draws, mixup) = (new RandomStream(6), new Mixup(0.5));
        using var scope = NewDisposeScope();
        var batch = new Batch(zeros(1, 1), zeros(1, 1), 1);
        var shares = Enumerable.Range(0, 4000).Select(_ => mixup.Apply(new float[1], batch, draws).Share).ToArray();
        Assert.Equal(0.5, shares.Average(), 0.03);
        Assert.Equal(1 / (4 * (2 * 0.5 + 1)), shares.Sum(share => Math.Pow(share - 0.5, 2)) / shares.Length, 0.01);   // of Beta(α, α): 1 / (4 (2 α + 1))
    }

    [Fact]
    public void Training_with_mixup_has_the_loss_of_both_targets()
    {
        // Both examples have the same features, so that the mixture is known whatever the share: the loss is share * L(y1) + (1 - share) * L(y2), over both
        // examples of an exchanged pair L(0) + L(1), and over a pair that stays as it is as well.
        var examples = new ArrayExamples([[1f], [1f]], [0, 1]);
        using var bench = new TrainerBench(new() { Augmentation = new() { Mixup = 1 } }, examples, [1], 2, new DenseLayer { Units = 2, Bias = false });
        Assert.Equal(Math.Log(4) + Math.Log(4 / 3.0), bench.Train([0, MathF.Log(3)]).Sums.LossSum, 1e-6);
    }

    [Fact]
    public void Trainer_augments_training_alone_and_by_seed_round_and_client()
    {
        var examples = ArrayExamples.Bands(40, 8, 4);
        using var plain = new TrainerBench(new(), examples, [1, 8, 8], 4, new FlattenLayer(), new DenseLayer { Units = 4 });
        using var changed = new TrainerBench(new() { Augmentation = Everything }, examples, [1, 8, 8], 4, new FlattenLayer(), new DenseLayer { Units = 4 });
        var start = plain.Start();
        Assert.Equal(plain.Measure(start), changed.Measure(start));
        var (one, other) = (new float[start.Length], new float[start.Length]);
        Assert.Equal(plain.Trainer().Gradient(start, one), changed.Trainer().Gradient(start, other));
        Assert.Equal(one, other);
        var first = changed.Train(start).Parameters;
        Assert.NotEqual(plain.Train(start).Parameters, first);
        Assert.Equal(first, changed.Train(start).Parameters);
        Assert.NotEqual(first, changed.Train(start, round: 2).Parameters);
        Assert.NotEqual(first, changed.Train(start, client: "client-1").Parameters);
    }

    [Fact]
    public void Text_is_augmented_as_indices()
    {
        var text = new DataShape(Objective.Classification, [4], [2]) { Vocabularies = [10] };
        using var scope = NewDisposeScope();
        var batch = new Batch(tensor(new float[] { 4, 5, 6, 0 }).view(1, 4), zeros(1, 1), 1);
        Assert.Null(BatchAugmentation.Create(new() { UnknownTokens = 0.999999 }, text)!.Apply(batch, new RandomStream(1)));
        Assert.Equal([1, 1, 1, 0], batch.Input.data<float>().ToArray());
    }

    private static float[] Apply(AugmentationSpec spec, ulong seed)
    {
        using var scope = NewDisposeScope();
        var examples = ArrayExamples.Bands(6, 8, 4);
        using var buffer = new BatchBuffer(Images, 6);
        var batch = buffer.Gather(examples, [0, 1, 2, 3, 4, 5]);
        BatchAugmentation.Create(spec, Images)!.Apply(batch, new RandomStream(seed));
        return batch.Input.data<float>().ToArray();
    }
}
