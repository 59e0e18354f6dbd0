using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>The head of a model, which stays with each client: the tensors that a job's patterns name, or, where it names none, those of the last layer that has weights.</summary>
internal static class PrivateHead
{
    private const int Listed = 12;

    /// <summary>The head and the rest.</summary>
    /// <param name="patterns">The job's.</param>
    /// <param name="model">The tensors.</param>
    public static PrivateParts Of(TextList patterns, ParameterSchema model)
    {
        if (!patterns.Values.IsEmpty) return new(model, tensor => patterns.Values.Any(pattern => NamePattern.Matches(pattern, tensor.Name)));
        var last = LayerOf(model.Tensors.Last(tensor => tensor.Trainable));
        return new(model, tensor => LayerOf(tensor) == last);
    }

    /// <summary>Why a model has no such head; null where it has.</summary>
    public static string? Refusal(AlgorithmSpec spec, ParameterSchema model)
    {
        var names = model.Tensors.Select(tensor => tensor.Name).ToList();
        foreach (var pattern in spec.Private)
        {
            if (names.Any(name => NamePattern.Matches(pattern, name))) continue;
            var meant = NearestName.Of(pattern, names) is { } near ? $"did you mean '{near}'? The" : "the";
            return $"private: '{pattern}' matches none of the model's tensors: {meant} tensors are {string.Join(", ", names.Take(Listed))}{(names.Count > Listed ? $" and {names.Count - Listed} more" : "")}";
        }
        if (!model.Tensors.Any(tensor => tensor.Trainable)) return $"{spec.Name} needs weights that are trained, and the model has none";
        if (Of(spec.Private, model).SharesWeights) return null;
        return spec.Private.Values.IsEmpty
            ? $"{spec.Name} keeps the last layer with weights to the clients, and the model has no other: there is nothing to share. Use a model of two layers with weights or more"
            : $"private: the patterns match all weights of the model, so that nothing is shared: leave some out. The tensors are {string.Join(", ", names.Take(Listed))}";
    }

    // What stands before the last dot; a tensor without one is a layer of its own.
    private static string LayerOf(TensorSpec tensor) => tensor.Name.LastIndexOf('.') is >= 0 and var dot ? tensor.Name[..dot] : tensor.Name;
}
