using Federated.Core.Models;
using Federated.Core.Parameters;

namespace Federated.Engine.Predicting;

/// <summary>Brings a model's tensors into the order that a job's model has.</summary>
internal static class ModelMatch
{
    /// <summary>The values under the wanted schema. Tensors go by name, for other writers of the format have orders of their own.</summary>
    /// <param name="wanted">Of the job's model.</param>
    /// <param name="given">What was read.</param>
    /// <exception cref="EngineException">A tensor is missing, too many or of another shape.</exception>
    public static float[] Arrange(ParameterSchema wanted, ParameterVector given)
    {
        var (places, offset) = (new Dictionary<string, (TensorSpec Tensor, int Offset)>(StringComparer.Ordinal), 0);
        foreach (var tensor in given.Schema.Tensors)
        {
            places.Add(tensor.Name, (tensor, offset));
            offset += tensor.Count;
        }
        var (values, at) = (new float[wanted.Count], 0);
        foreach (var tensor in wanted.Tensors)
        {
            if (!places.Remove(tensor.Name, out var place)) throw Refused($"has no tensor '{tensor.Name}' of {Shapes.Text(tensor.Shape)}, which the job's model has");
            if (!place.Tensor.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan()))
                throw Refused($"has {Shapes.Text(place.Tensor.Shape)} in tensor '{tensor.Name}', and the job's model has {Shapes.Text(tensor.Shape)}");
            given.Values.Span.Slice(place.Offset, tensor.Count).CopyTo(values.AsSpan(at));
            at += tensor.Count;
        }
        return places.Count == 0 ? values : throw Refused($"has a tensor '{places.Keys.First()}', which the job's model has not");
    }

    private static EngineException Refused(string what) => new($"The model does not belong to this job and its data: it {what}.");
}
