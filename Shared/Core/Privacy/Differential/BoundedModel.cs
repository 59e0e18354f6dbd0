using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Core.Privacy.Differential;

/// <summary>Whether all that a model learns comes through gradients, which can be bounded and noised.</summary>
public static class BoundedModel
{
    /// <summary>Why it does not, the end of a sentence; null where it does.</summary>
    /// <param name="schema">The model's tensors.</param>
    public static string? Refusal(ParameterSchema schema) =>
        Standardisation.Of(schema) is not null ? "normalize takes the exact mean and variance of the clients' features into the model, which no noise covers; use layer_norm, or data that is scaled already"
        : schema.Tensors.FirstOrDefault(tensor => !tensor.Trainable) is { } statistic ? $"'{statistic.Name}' are running statistics: they mix the examples of a batch, and noise could make a variance negative; use group_norm or layer_norm"
        : null;
}
