using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Data.Boxes;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>Objects and their classes on a grid, in the manner of YOLO (Redmon et al. 2016, arXiv:1506.02640, equation 3; Redmon and Farhadi 2017,
/// arXiv:1612.08242). With (x, y, w, h, o, c) a slot's values, σ the sigmoid, S the slots that an object is assigned to and N those that no object is assigned to and
/// whose box overlaps with none by more than one half, an image's loss is
/// <para>5 Σ_S [(σ(x) - x̂)² + (σ(y) - ŷ)² + (w - ŵ)² + (h - ĥ)²] - Σ_S log σ(o) - 0.5 Σ_N log(1 - σ(o)) - Σ_S log softmax(c)[class]</para>
/// and the loss the mean over images. Deviations from the papers: cross-entropy where they have squared errors, as in Redmon and Farhadi 2018 (arXiv:1804.02767,
/// section 2.2), and o is 1 where there is an object, not the overlap of the two boxes.</summary>
/// <param name="data">The shape of a detection.</param>
internal sealed class DetectionObjective(DataShape data) : LearningObjective
{
    private const float BoxWeight = 5, EmptyWeight = 0.5f, Ignored = 0.5f, Suppressed = 0.45f, LeastScore = 0.01f;

    private readonly BoxGrid _grid = new(data);

    public override bool TakesScores => true;

    public override Scored Score(Tensor scores, Batch batch) => new(Loss(Slots(scores), batch), batch.Count, 0);

    /// <remarks>A slot is a detection of each class whose score, σ(o) softmax(c), is at least 0.01; of two of a class that overlap by more than 0.45 the surer one
    /// stays.</remarks>
    public override Scored Measure(ModelReplica replica, Batch batch, TallyBook tallies)
    {
        var slots = Slots(replica.Forward(batch.Input, draws: null));
        var (found, most) = (Found(slots, batch.Count), (int)batch.Target.shape[1]);
        DetectionTally.Declare(tallies, _grid.Classes);
        for (var i = 0; i < batch.Count; i++)
        {
            var objects = BoxedImages.Read(batch.Target.Floats().Slice(i * most, most));
            foreach (var each in objects) DetectionTally.AddObjects(tallies, each.Kind, 1);
            foreach (var (detection, right) in found[i].Zip(Detections.Judge(found[i], objects)))
                DetectionTally.AddDetection(tallies, detection.Kind, detection.Score, right);
        }
        return new(Loss(slots, batch), batch.Count, 0);
    }

    /// <summary>The detections of each image that count, the surest first.</summary>
    /// <param name="outputs">What the model gave, shape [batch, output...].</param>
    internal List<Detection>[] Detect(Tensor outputs) => Found(Slots(outputs), (int)outputs.shape[0]);

    private List<Detection>[] Found(Tensor slots, int count)
    {
        var (values, width) = (slots.cpu(), (5 + _grid.Classes) * _grid.Slots);
        return [.. Enumerable.Range(0, count).Select(i => Detections.Suppress(Read(values.Floats().Slice(i * width, width)), Suppressed))];
    }

    // [batch, anchors * (5 + classes), H, W] to [batch * anchors * H * W, 5 + classes].
    private Tensor Slots(Tensor scores) => scores.view(scores.shape[0], _grid.Anchors, 5 + _grid.Classes, _grid.Rows, _grid.Columns).permute(0, 1, 3, 4, 2)
        .contiguous().view(-1, 5 + _grid.Classes);

    private List<Detection> Read(ReadOnlySpan<float> slots)
    {
        var (found, width) = (new List<Detection>(), 5 + _grid.Classes);
        for (var slot = 0; slot < _grid.Slots; slot++)
        {
            var values = slots.Slice(slot * width, width);
            var object_ = BoxGrid.Sigmoid(values[4]);
            if (object_ < LeastScore) continue;
            foreach (var (kind, share) in Likelihood.Softmax(values[5..]).Index())
                if (object_ * share >= LeastScore) found.Add(new(kind, (float)(object_ * share), _grid.Decode(slot, values)));
        }
        return found;
    }

    private Tensor Loss(Tensor slots, Batch batch)
    {
        var goals = Goals.Of(_grid, slots.detach().cpu().Floats(), batch);
        var objectness = F.binary_cross_entropy_with_logits(slots.select(1, 4), tensor(goals.Objectness, device: slots.device), weight: tensor(goals.Weights, device: slots.device), reduction: TorchSharp.torch.nn.Reduction.Sum);
        if (goals.Slots.Length == 0) return objectness / batch.Count;
        var own = slots.index_select(0, tensor(goals.Slots, device: slots.device));
        var target = tensor(goals.Boxes, device: slots.device).view(-1, 4);
        var middles = (own.narrow(1, 0, 2).sigmoid() - target.narrow(1, 0, 2)).square().sum();
        var sizes = (own.narrow(1, 2, 2) - target.narrow(1, 2, 2)).square().sum();
        var kinds = F.cross_entropy(own.narrow(1, 5, _grid.Classes), tensor(goals.Kinds, device: slots.device), reduction: TorchSharp.torch.nn.Reduction.Sum);
        return (BoxWeight * (middles + sizes) + objectness + kinds) / batch.Count;
    }

    /// <summary>What a batch's slots are to give.</summary>
    /// <param name="Slots">Slots with an object, counted over the batch.</param>
    /// <param name="Boxes">Their four values.</param>
    /// <param name="Kinds">Their classes.</param>
    /// <param name="Objectness">Of every slot of the batch, 1 or 0.</param>
    /// <param name="Weights">Of every slot's objectness.</param>
    private sealed record Goals(long[] Slots, float[] Boxes, long[] Kinds, float[] Objectness, float[] Weights)
    {
        public static Goals Of(BoxGrid grid, ReadOnlySpan<float> slots, Batch batch)
        {
            var (places, boxes, kinds) = (new List<long>(), new List<float>(), new List<long>());
            var (objectness, weights) = (new float[batch.Count * grid.Slots], new float[batch.Count * grid.Slots]);
            var (most, width) = ((int)batch.Target.shape[1], 5 + grid.Classes);
            for (var i = 0; i < batch.Count; i++)
            {
                var (objects, first) = (BoxedImages.Read(batch.Target.Floats().Slice(i * most, most)), i * grid.Slots);
                for (var slot = 0; slot < grid.Slots; slot++)
                {
                    var box = grid.Decode(slot, slots.Slice((first + slot) * width, 4));
                    weights[first + slot] = objects.Exists(found => Box.Overlap(found.Box, box) > Ignored) ? 0 : EmptyWeight;
                }
                foreach (var (found, slot) in objects.Zip(grid.Assign(objects)))
                {
                    if (slot < 0) continue;
                    var (x, y, w, h) = grid.Encode(slot, found.Box);
                    places.Add(first + slot);
                    boxes.AddRange([x, y, w, h]);
                    kinds.Add(found.Kind);
                    (objectness[first + slot], weights[first + slot]) = (1, 1);
                }
            }
            return new([.. places], [.. boxes], [.. kinds], objectness, weights);
        }
    }
}
