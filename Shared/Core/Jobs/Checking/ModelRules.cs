using System.Collections.Immutable;
using System.Globalization;
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
        var ways = OwnModelRules.Ways.Where(way => job.Written.ContainsKey($"model.{way}")).ToList();
        if (ways is ["name", "layers"]) job.Report("model", "has both a name and layers; keep one of the two.");
        else if (ways.Count > 1) job.Report("model", $"has {string.Join(" and ", ways)}; keep one of them.");
        OwnModelRules.Check(job);
        if (!job.Sound("model") || !IsThere(job, ways) || job.Spec.Model.IsOwn) return;
        var (layers, algorithm) = (job.Spec.Model.Layers, job.Spec.Federation.Algorithm.Name);
        if (job.Sound("data.name") && DatasetCatalog.ShapeOf(job.Spec.Data) is { } data) Plan(job, data);
        else SoftmaxIsLast(job, layers);
        if (job.Sound("federation.algorithm.name") && algorithm == FedSgd.Info.Name) HasNoStatistics(job, layers);
    }

    private static bool IsThere(BoundJob job, List<string> ways)
    {
        if (ways.Count == 0)
            job.Report("model", $"a job needs a model; give model.name ({Words.List(NamedModels.Names)}) or model.layers (a list of layers).");
        else if (ways is ["layers"] && job.Spec.Model.Layers.IsEmpty) job.Report("model.layers", "the list is empty; a model needs at least one layer.");
        else return true;
        return false;
    }

    private static void Plan(BoundJob job, DataShape data)
    {
        var places = Places(job.Spec.Model.Layers).ToDictionary(place => place.Number, place => place.Path);
        foreach (var error in ModelPlanner.Plan(job.Spec.Model, data).Errors)
        {
            if (error.Layer == 0) job.Report(job.Spec.Model.Name is null ? "model" : "model.name", error.Message + ".");
            else job.Report(places.GetValueOrDefault(error.Number, "model.name"), $"layer {error.Number}: {error.Message}.");
        }
    }

    private static void SoftmaxIsLast(BoundJob job, ImmutableArray<LayerSpec> layers)
    {
        foreach (var place in Places(layers))
            if (LayerNames.IsSoftmax(place.Layer) && place.Path != $"model.layers[{layers.Length - 1}]")
                job.Report(place.Path, $"layer {place.Number}: softmax gives class probabilities and may only be the last layer of a model.");
    }

    private static void HasNoStatistics(BoundJob job, ImmutableArray<LayerSpec> layers)
    {
        foreach (var place in Places(layers))
            if (place.Layer is BatchNormLayer)
                job.Report(place.Path, $"layer {place.Number}: batch_norm has running statistics, which fedsgd's gradients never move; "
                    + "use group_norm, or federation.algorithm.name fedavg.");
    }

    // Every layer with its path and its number for people, also those inside others.
    private static IEnumerable<Place> Places(ImmutableArray<LayerSpec> layers, string path = "model.layers", string above = "")
    {
        for (var i = 0; i < layers.Length; i++)
        {
            var here = new Place(layers[i],
                string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), string.Create(CultureInfo.InvariantCulture, $"{above}{i + 1}"));
            yield return here;
            foreach (var inner in Places(here.Layer.Inner, $"{here.Path}.{LayerNames.Of(here.Layer)}.layers", here.Number + ".")) yield return inner;
        }
    }

    private sealed record Place(LayerSpec Layer, string Path, string Number);
}
