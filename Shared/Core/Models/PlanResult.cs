using System.Collections.Immutable;
using System.Globalization;

namespace Federated.Core.Models;

/// <summary>What planning a model gave: the plan, or every reason why there is none.</summary>
/// <param name="Plan">The plan; null exactly when there are errors.</param>
/// <param name="Errors">In layer order; empty with a plan.</param>
public sealed record PlanResult(ModelPlan? Plan, ImmutableArray<PlanError> Errors);

/// <summary>One reason why a model does not fit.</summary>
/// <param name="Layer">1-based position in the layer list; 0 for the model as a whole.</param>
/// <param name="Message">What came in, what the layer needs and what to do; does not repeat the number.</param>
public sealed record PlanError(int Layer, string Message)
{
    /// <summary>The position for people: <c>3</c>, or <c>3.2</c> for the second layer inside the third.</summary>
    public string Number { get; init; } = Layer.ToString(CultureInfo.InvariantCulture);

    /// <summary>One line for people.</summary>
    public override string ToString() => Layer > 0 ? $"layer {Number}: {Message}" : Message;
}
