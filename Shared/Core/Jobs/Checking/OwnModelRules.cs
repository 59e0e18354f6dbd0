using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>The keys of a model of one's own go together. What is in the file, only a worker finds out.</summary>
internal static class OwnModelRules
{
    /// <summary>The keys of which a job has one.</summary>
    public static readonly IReadOnlyList<string> Ways = ["name", "layers", "torchscript", "assembly"];

    /// <summary>Checks paths, type and hash.</summary>
    public static void Check(BoundJob job)
    {
        var model = job.Spec.Model;
        CheckPath(job, "model.torchscript", model.Torchscript);
        CheckPath(job, "model.assembly", model.Assembly);
        if (model.Assembly is not null && string.IsNullOrWhiteSpace(model.Type) && job.Sound("model.type"))
            job.Report("model.type", "an assembly may have many classes; give the full name of the one that makes the model, for example Hospital.Models.SmallNet.");
        if (model.Assembly is null && model.Type is not null) job.Report("model.type", "has no effect without model.assembly; remove it.");
        if (model.IsOwn && job.Sound("training.precision") && job.Spec.Training.Precision != TrainingPrecision.Float32)
            job.Report("training.precision", "a model of one's own computes as it is written; remove it, and have the model compute in bfloat16 where it should.");
        if (!model.IsOwn && model.Sha256 is not null) job.Report("model.sha256", "has no effect without model.torchscript or model.assembly; remove it.");
    }

    private static void CheckPath(BoundJob job, string key, string? path)
    {
        if (path is null) return;
        if (string.IsNullOrWhiteSpace(path)) job.Report(key, "the path is empty.");
        else if (path.Split('/', '\\').Contains("..")) job.Report(key, $"'{path}' leads out of the folder that a worker allows; give a path below it.");
    }
}
