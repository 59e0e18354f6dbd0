using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Models.Rules;
using Federated.Core.Parameters;

namespace Federated.Core.Models;

/// <summary>Infers a model's shapes from its input, layer by layer. Pure: no library of tensors is needed, so a coordinator can do it too.</summary>
public static class ModelPlanner
{
    /// <summary>Plans a model, or says everything that is wrong with it. After a layer whose output cannot be known, later layers are checked for what
    /// does not depend on their input.</summary>
    /// <param name="model">A named model or a layer list.</param>
    /// <param name="data">What the data gives and wants.</param>
    /// <exception cref="ArgumentException">A shape of the data is not positive or has another rank than 1 to 3: a fault of the caller, not of the job.</exception>
    public static PlanResult Plan(ModelSpec model, DataShape data)
    {
        if (data.Input.IsDefault || data.Input.Length is < 1 or > 3 || data.Input.Any(size => size < 1))
            throw new ArgumentException("An input is [features], [T, features] or [C, H, W] with sizes of at least 1.", nameof(data));
        if (data.Output.IsDefaultOrEmpty || data.Output.Any(size => size < 1)) throw new ArgumentException("An output's sizes are at least 1.", nameof(data));

        var layers = model.Layers.IsDefault ? [] : model.Layers;
        if (model.Name is not null == layers.Length > 0)
            return Refused(new PlanError(0, "a model has either a name or a layer list, exactly one of the two"));
        if (model.Name is not null)
        {
            (layers, var error) = NamedModels.Build(model.Name, data);
            if (error is not null) return Refused(new PlanError(0, error));
        }
        // A sentence is decoded token by token inside the layer, which what stood around it would not see.
        if (data.Objective == Objective.Translation && layers is not [EncoderDecoderLayer])
            return Refused(new PlanError(0, $"sentence pairs need a model of encoder_decoder alone: use {TransformerModels.Seq2Seq}, or a layer list of this one layer"));
        return Plan(layers, data);
    }

    private static PlanResult Plan(ImmutableArray<LayerSpec> layers, DataShape data)
    {
        var (planned, signal, found) = LayerList.Plan(layers, new(data.Input, data.Vocabularies) { SourceLength = data.SourceLength });
        List<PlanError> errors = [.. found];
        if (signal is { } last && (last.IsSymbols || !last.Shape.AsSpan().SequenceEqual(data.Output.AsSpan())))
            errors.Add(new PlanError(layers.Length, $"the last layer, {LayerNames.Of(layers[^1])}, gives {last} and the data set needs "
                + Shapes.Text(data.Output) + Remedy(last, data)));
        else if (data.Output[^1] == 1 && LayerNames.IsSoftmax(layers[^1]))
            errors.Add(new PlanError(layers.Length, "softmax over a single output is always 1: leave it out for regression"));
        if (errors.Count > 0) return Refused([.. errors]);

        var tensors = planned.SelectMany(layer => layer.Tensors).ToImmutableArray();
        if (!tensors.Any(tensor => tensor.Trainable)) return Refused(new PlanError(0, "the model has no layer with weights, so there is nothing to train"));
        var count = tensors.Sum(tensor => (long)tensor.Count);
        if (count > int.MaxValue)
            return Refused(new PlanError(0, string.Create(CultureInfo.InvariantCulture,
                $"the model has {count:N0} parameters, at most {int.MaxValue:N0} are possible")));
        return new PlanResult(new ModelPlan(data, planned, new ParameterSchema(tensors)), []);
    }

    private static string Remedy(Signal last, DataShape data) => (last.Shape.Length, data.Output.Length) switch
    {
        (3, 1) => ": end with flatten and dense",
        (2, 1) => ": end with flatten or a global pool, and dense",
        _ => "",
    };

    private static PlanResult Refused(params ImmutableArray<PlanError> errors) => new(null, errors);
}
