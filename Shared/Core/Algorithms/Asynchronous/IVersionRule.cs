using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms.Asynchronous;

/// <summary>How updates that started from several versions of the model become one change of the newest. Pure; instances hold only options, and may be shared between threads.</summary>
public interface IVersionRule
{
    /// <summary>What an update weighs in the mean, above 0.</summary>
    /// <param name="weight">What it would weigh were it fresh, above 0.</param>
    /// <param name="staleness">τ, at least 0.</param>
    double Weight(double weight, int staleness);

    /// <summary>Makes the mean of the updates the change that the server half gets.</summary>
    /// <param name="mean">Shape [P]: their mean by <see cref="Weight"/>. Receives the change.</param>
    /// <param name="updates">What they said beside themselves, with their staleness; at least one, in an order that does not depend on their arrival.</param>
    /// <param name="newest">The model that is changed, shape [P].</param>
    /// <param name="started">The models that updates started from, by staleness.</param>
    void Finish(Span<float> mean, IReadOnlyCollection<UpdateFacts> updates, ReadOnlySpan<float> newest, Func<int, ParameterVector> started);

    /// <summary>The rule of a job whose mode is not synchronous.</summary>
    static IVersionRule Of(FederationSpec spec)
    {
        var discount = StalenessDiscount.Of(spec.Asynchronous);
        return spec.Mode == FederationMode.FedAsync ? new FedAsync(spec.Asynchronous.Mixing, discount) : new FedBuff(discount);
    }
}
