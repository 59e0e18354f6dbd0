using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Models;

/// <summary>Infers a model's shapes from its input, layer by layer. Pure: no library of tensors is needed, so a coordinator can do it too.</summary>
public static class ModelPlanner
{
    /// <summary>Plans a model, or says everything that is wrong with it. After a layer whose output cannot be known, later layers are checked for what
    /// does not depend on their input.</summary>
    /// <param name="model">A named model or a layer list.</param>
    /// <param name="input">Shape of one example without the batch dimension: [C, H, W] or [features].</param>
    /// <param name="outputs">Size that the last layer must have: the classes, or 1 for regression.</param>
    /// <exception cref="ArgumentException">The input shape or <paramref name="outputs"/> is not positive: a fault of the caller, not of the job.</exception>
    public static PlanResult Plan(ModelSpec model, ImmutableArray<int> input, int outputs)
    {
        if (input.IsDefaultOrEmpty || input.Length is not (1 or 3) || input.Any(size => size < 1))
            throw new ArgumentException("An input is [features] or [C, H, W] with sizes of at least 1.", nameof(input));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);

        var layers = model.Layers.IsDefault ? [] : model.Layers;
        if (model.Name is not null == layers.Length > 0)
            return Refused(new PlanError(0, "a model has either a name or a layer list, exactly one of the two"));
        if (model.Name is not null)
        {
            (layers, var error) = NamedModels.Build(model.Name, input, outputs);
            if (error is not null) return Refused(new PlanError(0, error));
        }
        return Plan(layers, input, outputs);
    }

    private static PlanResult Plan(ImmutableArray<LayerSpec> layers, ImmutableArray<int> input, int outputs)
    {
        var errors = ImmutableArray.CreateBuilder<PlanError>();
        var planned = ImmutableArray.CreateBuilder<PlannedLayer>(layers.Length);
        ImmutableArray<int>? shape = input;
        for (var i = 0; i < layers.Length; i++)
        {
            var (number, layer) = (i + 1, layers[i]);
            var rules = new LayerRules(number, layer, shape);
            var output = rules.Infer();
            errors.AddRange(rules.Errors.Select(message => new PlanError(number, message)));
            if (LayerNames.IsSoftmax(layer) && number < layers.Length)
                errors.Add(new PlanError(number, "softmax gives class probabilities and may only be the last layer of a model"));
            if (rules.Errors.Count == 0 && shape is { } known && output is { } result)
                planned.Add(new PlannedLayer(number, layer, known, result, rules.Tensors(known)));
            shape = output;
        }

        if (shape is { } last && !(last.Length == 1 && last[0] == outputs))
            errors.Add(new PlanError(layers.Length, $"the last layer, {LayerNames.Of(layers[^1])}, gives {Shapes.Text(last)} and the data set needs "
                + $"[{outputs.ToString(CultureInfo.InvariantCulture)}]" + (last.Length == 3 ? ": end with flatten and dense" : "")));
        else if (outputs == 1 && LayerNames.IsSoftmax(layers[^1]))
            errors.Add(new PlanError(layers.Length, "softmax over a single output is always 1: leave it out for regression"));
        if (errors.Count > 0) return Refused([.. errors]);

        var tensors = planned.SelectMany(layer => layer.Tensors).ToImmutableArray();
        if (!tensors.Any(tensor => tensor.Trainable)) return Refused(new PlanError(0, "the model has no layer with weights, so there is nothing to train"));
        var count = tensors.Sum(tensor => (long)tensor.Count);
        if (count > int.MaxValue)
            return Refused(new PlanError(0, string.Create(CultureInfo.InvariantCulture,
                $"the model has {count:N0} parameters, at most {int.MaxValue:N0} are possible")));
        return new PlanResult(new ModelPlan(input, outputs, planned.ToImmutable(), new ParameterSchema(tensors)), []);
    }

    private static PlanResult Refused(params ImmutableArray<PlanError> errors) => new(null, errors);
}
