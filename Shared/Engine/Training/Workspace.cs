using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Augmentation;
using Federated.Engine.Models;
using Federated.Engine.Objectives;

namespace Federated.Engine.Training;

/// <summary>All native and large managed memory that one thread at work needs: a replica, a batch and the optimiser's state. Made once and used for one
/// client after another, for making a model costs more than loading one. Not thread-safe.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>Examples in one pass of evaluation, or of a gradient over the whole partition.</summary>
    public const int Chunk = 256;

    /// <param name="plan">The model.</param>
    /// <param name="training">The job's training settings.</param>
    /// <param name="largest">Training examples of the largest client: no batch is larger.</param>
    public Workspace(ModelPlan plan, TrainingSpec training, int largest)
    {
        Objective = LearningObjective.Create(plan.Data, training);
        Replica = new ModelReplica(plan, keepSoftmax: !Objective.TakesScores);
        Augmentation = BatchAugmentation.Create(training.Augmentation, plan.Data);
        Optimizer = Optimizer.Create(training.Optimizer, plan.Schema.Count);
        // One more than a batch, since a last example may join the batch before it.
        Buffer = new BatchBuffer(plan.Data, Math.Max(Chunk, Math.Min(training.BatchSize, largest)) + 1);
    }

    public LearningObjective Objective { get; }

    public ModelReplica Replica { get; }

    public Optimizer Optimizer { get; }

    public BatchBuffer Buffer { get; }

    /// <summary>What changes training batches; null where the job asks for nothing.</summary>
    public BatchAugmentation? Augmentation { get; }

    public void Dispose()
    {
        Replica.Dispose();
        Buffer.Dispose();
    }
}
