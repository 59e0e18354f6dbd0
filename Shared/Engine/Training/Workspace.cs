using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Augmentation;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.OwnModels;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>All native and large managed memory that one thread at work needs: a replica, a batch and the optimiser's state. Made once and used for one
/// client after another, for making a model costs more than loading one. Not thread-safe.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>Most examples in one pass of evaluation, or of a gradient over the whole partition.</summary>
    public const int LargestChunk = 256;

    // Beyond it a layer's results would no longer stay in the caches, and take gigabytes with large pictures.
    private const int ChunkValues = 1 << 20;

    private RestingModels? _resting;

    /// <param name="plan">The model.</param>
    /// <param name="training">The job's training settings.</param>
    /// <param name="largest">Training examples of the largest client in an epoch: no batch is larger.</param>
    /// <param name="device">Where the model computes; null for the processor.</param>
    /// <param name="own">The job's own model, whose plan it is; null for one of layers.</param>
    public Workspace(ModelPlan plan, TrainingSpec training, long largest, Device? device = null, OwnModel? own = null)
    {
        Objective = LearningObjective.Create(plan.Data, training);
        Replica = new ModelReplica(plan, keepSoftmax: !Objective.TakesScores, device, own) { Precision = training.Precision };
        Augmentation = BatchAugmentation.Create(training.Augmentation, plan.Data);
        Step = ParameterStep.Create(Replica.Parameters, training);
        Chunk = Math.Clamp(ChunkValues / plan.Data.Input.Aggregate(1, (product, size) => product * size), 1, LargestChunk);
        // One more than a batch, since a last example may join the batch before it.
        Buffer = new BatchBuffer(plan.Data, (int)Math.Max(Chunk, Math.Min(training.BatchSize, largest)) + 1);
    }

    /// <summary>Examples in one pass of evaluation, or of a gradient over the whole partition: fewer of large ones.</summary>
    public int Chunk { get; }

    public LearningObjective Objective { get; }

    public ModelReplica Replica { get; }

    /// <summary>Two more replicas; made when first asked for, since few algorithms compare models.</summary>
    public RestingModels Resting => _resting ??= new(Replica.Plan, Replica.Parameters.Device);

    /// <summary>What moves the replica's parameters.</summary>
    public ParameterStep Step { get; }

    public BatchBuffer Buffer { get; }

    /// <summary>What changes training batches; null where the job asks for nothing.</summary>
    public BatchAugmentation? Augmentation { get; }

    public void Dispose()
    {
        Step.Dispose();
        _resting?.Dispose();
        Replica.Dispose();
        Buffer.Dispose();
    }
}
