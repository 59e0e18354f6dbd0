using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Jobs;

/// <summary>What is asked of training suits the data.</summary>
public sealed class TrainingFitTests
{
    private static readonly DataShape Images = DataShape.ForClasses([1, 8, 8], 3), Table = DataShape.ForNumbers([4]), Series = DataShape.ForClasses([16, 3], 2),
        Text = new(Objective.Classification, [20], [2]) { Vocabularies = [100] }, NextWord = new(Objective.LanguageModel, [20], [20, 100]) { Vocabularies = [100] },
        Sentences = new(Objective.Translation, [20], [10, 90]) { Vocabularies = [100, 90] }, Boxes = new(Objective.Detection, [3, 8, 8], [4, 4, 7]);

    [Theory]
    [InlineData(Loss.CrossEntropy, true, false)]
    [InlineData(Loss.Mse, true, true)]
    [InlineData(Loss.Mae, false, true)]
    [InlineData(Loss.Huber, false, true)]
    public void A_loss_suits_classes_or_numbers(Loss loss, bool classes, bool numbers)
    {
        Assert.Equal((classes, numbers), (Check(Images, new() { Loss = loss }).Length == 0, Check(Table, new() { Loss = loss }).Length == 0));
    }

    [Fact]
    public void Without_a_loss_the_data_decides() => Assert.Equal<Loss?>(
        [Loss.CrossEntropy, Loss.Mse, Loss.CrossEntropy, null, Loss.Mse],
        [LossFit.Of(null, Objective.Classification), LossFit.Of(null, Objective.Regression), LossFit.Of(null, Objective.LanguageModel),
            LossFit.Of(null, Objective.Detection), LossFit.Of(Loss.Mse, Objective.Classification)]);

    [Fact]
    public void A_loss_that_does_not_suit_is_refused_with_the_remedy()
    {
        Assert.Equal(["training.loss: mae needs numbers as targets, and this is classification; use cross_entropy or mse, or remove it for cross_entropy"],
            Check(Images, new() { Loss = Loss.Mae }));
        Assert.Equal(["training.loss: mse needs numbers as targets, and this is detection; remove it"], Check(Boxes, new() { Loss = Loss.Mse }));
    }

    [Fact]
    public void Weights_of_classes_need_classes_and_one_weight_each()
    {
        Assert.Equal(["training.class_weights: has 2 weights and the data set 3 classes: give one a class"], Check(Images, new() { ClassWeights = [1, 2] }));
        Assert.Empty(Check(Images, new() { ClassWeights = [1, 2, 3], LabelSmoothing = 0.1 }));
        Assert.Equal(
            [
                "training.label_smoothing: needs one class an example, and this is regression; remove it",
                "training.class_weights: needs one class an example, and this is regression; remove it",
                "training.balance_classes: needs one class an example, and this is regression; remove it",
            ], Check(Table, new() { LabelSmoothing = 0.1, ClassWeights = [1], BalanceClasses = true }));
    }

    [Fact]
    public void Augmentation_suits_what_an_example_is()
    {
        var images = new AugmentationSpec { CropPadding = 1, HorizontalFlip = true, VerticalFlip = true, Rotation = 5, Brightness = 0.1, Contrast = 0.1, Cutout = 2, Noise = 1, Mixup = 1 };
        var series = new AugmentationSpec { Noise = 1, Scaling = 0.1, Mixup = 1 };
        var text = new AugmentationSpec { UnknownTokens = 0.1, DroppedTokens = 0.1 };
        Assert.Empty(Augment(Images, images));
        Assert.Empty(Augment(Series, series));
        Assert.Empty(Augment(Text, text));
        Assert.Empty(Augment(Table, new() { Noise = 1, Mixup = 1 }));
        Assert.Equal(7, Augment(Table, images).Length);
        Assert.Equal(7, Augment(Series, images).Length);
        Assert.Equal(9, Augment(Text, images).Length);
        Assert.Equal(["training.augmentation.rotation: is for images, and the data set has series; remove it"], Augment(Series, new() { Rotation = 5 }));
        Assert.Equal(["training.augmentation.scaling: is for series, and the data set has a table; remove it"], Augment(Table, series));
        Assert.Equal(["training.augmentation.mixup: is for numbers, and the data set has symbols; remove it"], Augment(Text, new() { Mixup = 1 }));
        Assert.Equal(["training.augmentation.unknown_tokens: is for text, and the data set has images; remove it"], Augment(Images, new() { UnknownTokens = 0.5 }));
    }

    [Fact]
    public void Changes_that_would_part_examples_from_their_targets_are_refused()
    {
        Assert.Equal(["training.augmentation.dropped_tokens: shifts the text against the targets of language model: use unknown_tokens; remove it"],
            Augment(NextWord, new() { UnknownTokens = 0.1, DroppedTokens = 0.1 }));
        Assert.Equal(["training.augmentation.horizontal_flip: moves what the targets of detection point at; remove it"],
            Augment(Boxes, new() { HorizontalFlip = true, Brightness = 0.2, Noise = 0.1 }));
        Assert.Equal(["training.augmentation.mixup: mixes one target an example, and detection has others; remove it"], Augment(Boxes, new() { Mixup = 0.2 }));
        Assert.Equal(["training.augmentation.unknown_tokens: is for text of one vocabulary, and the data set has 2; remove it"],
            Augment(Sentences, new() { UnknownTokens = 0.1 }));
    }

    [Theory]
    [InlineData("training: {label_smoothing: 0.1, loss: mse}", "line 2, training.label_smoothing: has no effect with training.loss mse; remove it or write 0.0.")]
    [InlineData("training: {huber_delta: 2}", "line 2, training.huber_delta: has no effect with training.loss null, only with huber; remove it.")]
    [InlineData("training: {loss: mae}", "line 2, training.loss: mae needs numbers as targets, and this is classification; use cross_entropy or mse, or remove it for cross_entropy.")]
    [InlineData("training: {class_weights: [1, 2]}", "line 2, training.class_weights: has 2 weights and the data set 10 classes: give one a class.")]
    [InlineData("training: {class_weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], balance_classes: true}", "line 2, training.balance_classes: says that clients find the weights of the classes, and training.class_weights gives them; keep one of the two.")]
    [InlineData("training: {patience: 2}", "line 2, training.patience: needs examples to validate on, and data.validation is 0; set data.validation, for example 0.1, or remove patience.")]
    [InlineData("training: {augmentation: {scaling: 0.1}}", "line 2, training.augmentation.scaling: is for series, and the data set has images; remove it.")]
    [InlineData("training: {augmentation: {mixup: -1}}", "line 2, training.augmentation.mixup: -1 is out of range; allowed: 0 to 1000.")]
    [InlineData("training: {optimizer: {schedule: {every: 3}}}", "line 2, training.optimizer.schedule.every: has no effect with training.optimizer.schedule.kind constant, only with step or exponential; remove it.")]
    [InlineData("training: {optimizer: {schedule: {kind: cosine, minimum: 0.1}}}", "line 2, training.optimizer.schedule.minimum: 0.1 is above training.optimizer.learning_rate 0.05.")]
    [InlineData("training: {optimizer: {schedule: {warm_up: 10}}}", "line 2, training.optimizer.schedule.warm_up: 10 rounds are all of federation.rounds 10; allowed: 0 to 9.")]
    [InlineData("federation: {algorithm: {server: {schedule: {warm_up: 10}}}}", "line 2, federation.algorithm.server.schedule.warm_up: 10 rounds are all of federation.rounds 10; allowed: 0 to 9.")]
    [InlineData("federation: {algorithm: {server: {schedule: {kind: linear, minimum: 2}}}}", "line 2, federation.algorithm.server.schedule.minimum: 2 is above federation.algorithm.server_learning_rate 1.")]
    [InlineData("training: {optimizer: {name: rmsprop, nesterov: true}}", "line 2, training.optimizer.nesterov: has no effect with training.optimizer.name rmsprop, only with sgd; remove it.")]
    [InlineData("training: {optimizer: {epsilon: 0.1}}", "line 2, training.optimizer.epsilon: has no effect with training.optimizer.name sgd; remove it.")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {augmentation: {noise: 0.1}}", "line 3, training.augmentation: has no effect with federation.algorithm.name fedsgd; remove it.")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {clip_value: 1}", "line 3, training.clip_value: has no effect with federation.algorithm.name fedsgd; remove it.")]
    [InlineData("data: {validation: 0.1}\nfederation: {algorithm: {name: fedsgd}}\ntraining: {patience: 1}", "line 4, training.patience: has no effect with federation.algorithm.name fedsgd; remove it.")]
    public void Rules_between_keys_are_one_sentence(string text, string error) => Assert.Equal([error], Errors(text));

    [Theory]
    [InlineData("training: {loss: cross_entropy, label_smoothing: 0.1, balance_classes: true}")]
    [InlineData("federation: {algorithm: {name: fedsgd}}\ntraining: {label_smoothing: 0.1, l1: 0.1, l2: 0.1}")]
    [InlineData("data: {validation: 0.1}\ntraining: {patience: 2, epochs: 5}")]
    [InlineData("training: {optimizer: {schedule: {over: steps, warm_up: 100, kind: cosine, minimum: 0.001}}}")]
    [InlineData("training: {optimizer: {name: rmsprop, momentum: 0.9, alpha: 0.9, epsilon: 1e-4}}")]
    [InlineData("training: {augmentation: {crop_padding: 1, rotation: 10, mixup: 0.2}}")]
    public void What_goes_together_is_accepted(string text) => Assert.Empty(Errors(text));

    private static string[] Errors(string text) => [.. JobReader.Read("model: {name: mlp}\n" + text).Errors.Select(error => error.ToString())];

    private static string[] Augment(DataShape data, AugmentationSpec augmentation) => Check(data, new() { Augmentation = augmentation });

    private static string[] Check(DataShape data, TrainingSpec training) => [.. TrainingFit.Check(training, data).Select(error => $"{error.Path}: {error.Message}")];
}
