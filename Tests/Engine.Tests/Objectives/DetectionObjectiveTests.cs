using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Data.Boxes;
using Federated.Engine.Objectives;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Objectives;

public sealed class DetectionObjectiveTests
{
    // Two cells side by side, one anchor of half the image's width and all of its height, two classes.
    private static readonly DataShape Shape = DataShape.ForBoxes(
        new ImageSpec { Width = 16, Height = 8, Color = ImageColor.Grey }, new DetectionSpec { Anchors = [0.5, 1] }, ["a", "b"]);

    [Theory]
    [InlineData(0.5f, 0.5f, 1f, 1f, 1f)]
    [InlineData(1f, 0.5f, 1f, 1f, 1 / 3f)]    // half of each is common
    [InlineData(1.5f, 0.5f, 1f, 1f, 0f)]      // side by side
    [InlineData(0.5f, 0.5f, 0.5f, 0.5f, 0.25f)]
    public void Overlap_is_intersection_over_union(float x, float y, float width, float height, float expected) =>
        Assert.Equal(expected, Box.Overlap(new(0.5f, 0.5f, 1, 1), new(x, y, width, height)), 1e-6f);

    [Fact]
    public void Suppression_keeps_the_surest_of_those_that_overlap_class_by_class()
    {
        Detection near = new(0, 0.8f, new(0.55f, 0.5f, 1, 1)), other = near with { Kind = 1, Score = 0.1f }, far = new(0, 0.2f, new(3, 3, 1, 1)), best = new(0, 0.9f, new(0.5f, 0.5f, 1, 1));
        Assert.Equal([best, far, other], Detections.Suppress([near, other, far, best], 0.45f));
    }

    [Fact]
    public void Object_is_found_once_and_by_its_own_class()
    {
        List<LabelledBox> objects = [new(0, new(0.5f, 0.5f, 1, 1))];
        List<Detection> detections = [new(1, 0.9f, new(0.5f, 0.5f, 1, 1)), new(0, 0.8f, new(0.6f, 0.5f, 1, 1)), new(0, 0.7f, new(0.5f, 0.5f, 1, 1)), new(0, 0.6f, new(1.2f, 0.5f, 1, 1))];
        Assert.Equal([false, true, false, false], Detections.Judge(detections, objects));
    }

    [Fact]
    public void Slot_decodes_what_it_was_to_give()
    {
        var grid = new BoxGrid(Shape);
        Box box = new(0.7f, 0.25f, 0.3f, 0.6f);
        Assert.Equal([1], grid.Assign([new(0, box)]));
        var (x, y, width, height) = grid.Encode(1, box);
        var decoded = grid.Decode(1, [Logit(x), Logit(y), width, height]);
        Assert.All(new[] { decoded.X - box.X, decoded.Y - box.Y, decoded.Width - box.Width, decoded.Height - box.Height }, difference => Assert.Equal(0, difference, 1e-5f));
    }

    [Fact]
    public void Second_object_of_a_cell_takes_the_next_anchor_and_a_third_has_no_slot()
    {
        var grid = new BoxGrid(DataShape.ForBoxes(new ImageSpec { Width = 8, Height = 8 }, new DetectionSpec { Anchors = [0.2, 0.2, 0.8, 0.8] }, ["a"]));
        Assert.Equal([1, 0, -1], grid.Assign([.. Enumerable.Repeat(new LabelledBox(0, new(0.5f, 0.5f, 0.7f, 0.7f)), 3)]));
    }

    [Fact]
    public void Class_scores_beyond_what_exp_can_hold_are_still_a_detection()
    {
        using var scope = NewDisposeScope();
        var outputs = full(1, 7, 1, 2, -20f);
        (outputs[0, 4, 0, 0], outputs[0, 5, 0, 0]) = (20f, 200f);
        var found = Assert.Single(Assert.Single(new DetectionObjective(Shape).Detect(outputs)));
        Assert.Equal((0, 1f), (found.Kind, found.Score));
    }

    [Fact]
    public void Loss_is_the_hand_computed_one()
    {
        // The object's middle is that of the left cell and its size the anchor's, all scores are 0: no error of the box, log 2 for the object, log 2 for the class,
        // half of log 2 for the empty cell. With w raised by 1, 5 more; with x at logit 0.75, 5 / 16 more.
        using var scope = NewDisposeScope();
        var target = tensor(new float[,] { { 1, 0.25f, 0.5f, 0.5f, 1 } });
        Assert.Equal(2.5 * Math.Log(2), Loss(zeros(1, 7, 1, 2), target), 1e-5);
        var wide = zeros(1, 7, 1, 2);
        wide[0, 2, 0, 0] = 1f;
        Assert.Equal(2.5 * Math.Log(2) + 5, Loss(wide, target), 1e-5);
        var right = zeros(1, 7, 1, 2);
        right[0, 0, 0, 0] = Logit(0.75f);
        Assert.Equal(2.5 * Math.Log(2) + 5 / 16.0, Loss(right, target), 1e-5);
    }

    [Fact]
    public void Images_without_objects_teach_that_nothing_is_there()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Math.Log(2), Loss(zeros(1, 7, 1, 2), full(1, 5, -1f)), 1e-5);   // two empty cells, half of log 2 each
    }

    [Fact]
    public void Gradient_of_the_loss_is_what_its_differences_say()
    {
        LibtorchSetup.Ensure();
        using var scope = NewDisposeScope();
        var target = tensor(new float[,] { { 1, 0.2f, 0.6f, 0.4f, 0.7f } });
        float[] at = [.. Enumerable.Range(0, 14).Select(i => 0.3f * MathF.Sin(i + 1))];
        var scores = tensor(at).view(1, 7, 1, 2).requires_grad_();
        new DetectionObjective(Shape).Score(scores, new Batch(zeros(1), target, 1)).Mean.backward();
        for (var i = 0; i < at.Length; i++)
        {
            float[] up = [.. at], down = [.. at];
            (up[i], down[i]) = (up[i] + 1e-2f, down[i] - 1e-2f);
            var expected = (Loss(tensor(up).view(1, 7, 1, 2), target) - Loss(tensor(down).view(1, 7, 1, 2), target)) / 2e-2;
            Assert.Equal(expected, scores.grad!.flatten()[i].item<float>(), 2e-2);
        }
    }

    private static double Loss(Tensor scores, Tensor target) => new DetectionObjective(Shape).Score(scores, new Batch(zeros(1), target, 1)).Mean.item<float>();

    private static float Logit(float share) => MathF.Log(share / (1 - share));
}
