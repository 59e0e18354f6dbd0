using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;

namespace Federated.Core.Jobs.Checking;

/// <summary>One model, which fits the data set and the algorithm.</summary>
internal static class ModelRules
{
    /// <summary>Checks the model.</summary>
    public static void Check(BoundJob job)
    {
        if (!job.Sound("model") || !IsOne(job)) return;
        var (layers, algorithm) = (job.Spec.Model.Layers, job.Spec.Federation.Algorithm.Name);
        if (job.Sound("data.name") && DatasetCatalog.ShapeOf(job.Spec.Data) is { } data) Plan(job, data);
        else SoftmaxIsLast(job, layers);
        if (job.Sound("federation.algorithm.name") && algorithm == AlgorithmCatalog.FedSgd) HasNoStatistics(job, layers);
    }

    private static bool IsOne(BoundJob job)
    {
        var (named, listed) = (job.Written.ContainsKey("model.name"), job.Written.ContainsKey("model.layers"));
        if (named && listed) job.Report("model", "has both a name and layers; keep one of the two.");
        else if (!named && !listed)
            job.Report("model", $"a job needs a model; give model.name ({Words.List(NamedModels.Names)}) or model.layers (a list of layers).");
        else if (listed && job.Spec.Model.Layers.IsEmpty) job.Report("model.layers", "the list is empty; a model needs at least one layer.");
        else return true;
        return false;
    }

    private static void Plan(BoundJob job, DataShape data)
    {
        var result = ModelPlanner.Plan(job.Spec.Model, data);
        foreach (var (number, message) in result.Errors)
        {
            if (number == 0) job.Report(job.Spec.Model.Name is null ? "model" : "model.name", message + ".");
            else job.Report(At(number - 1), $"layer {number}: {message}.");
        }
    }

    private static void SoftmaxIsLast(BoundJob job, ImmutableArray<LayerSpec> layers)
    {
        for (var i = 0; i < layers.Length - 1; i++)
            if (LayerNames.IsSoftmax(layers[i]))
                job.Report(At(i), $"layer {i + 1}: softmax gives class probabilities and may only be the last layer of a model.");
    }

    private static void HasNoStatistics(BoundJob job, ImmutableArray<LayerSpec> layers)
    {
        for (var i = 0; i < layers.Length; i++)
            if (layers[i] is BatchNormLayer)
                job.Report(At(i), $"layer {i + 1}: batch_norm has running statistics, which fedsgd's gradients never move; "
                    + "use group_norm, or federation.algorithm.name fedavg.");
    }

    private static string At(int position) => $"model.layers[{position}]";
}
