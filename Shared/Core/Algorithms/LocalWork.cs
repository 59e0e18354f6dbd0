using Federated.Core.Jobs;

namespace Federated.Core.Algorithms;

/// <summary>How much local steps add up to: ‖a‖₁ of Wang et al. 2020, arXiv:2007.07481, section 4.1, where local training from x ends at x - η Σ a_s g_s, g_s the gradient of step s.</summary>
/// <remarks>
/// The paper gives K for plain steps, (K - ρ (1 - ρ^K) / (1 - ρ)) / (1 - ρ) for momentum ρ, (1 - (1 - α)^K) / α for a proximal term with α = η μ. Here each a_s is found by going backwards
/// through the steps v ← ρ v + g_s + μ (w - x), w ← w - η_s v (Nesterov: w ← w - η_s (g_s + μ (w - x) + ρ v)), which is those formulas where they hold, and holds for both at once and for rates
/// η_s that change as well. η is the mean of the η_s where the schedule is over rounds, else the rate of the job: the same for all clients.
/// </remarks>
internal static class LocalWork
{
    /// <summary>‖a‖₁, above 0.</summary>
    /// <param name="optimizer">sgd.</param>
    /// <param name="mu">μ of the proximal term around the start, at least 0.</param>
    /// <param name="training">All of the job's steps.</param>
    /// <exception cref="ArgumentException">Another optimiser.</exception>
    /// <exception cref="InvalidOperationException">The steps do not move the model: all rates are 0.</exception>
    public static double Norm(OptimizerSpec optimizer, double mu, LocalTraining training)
    {
        if (optimizer.Name != OptimizerName.Sgd) throw new ArgumentException($"What steps of {optimizer.Name} add up to is not known.", nameof(optimizer));
        var overSteps = optimizer.Schedule.Over == ScheduleUnit.Steps;
        var (curve, constant, momentum) = (RateCurve.Of(optimizer), training.Rates / training.Steps, optimizer.Momentum);
        // What the end has of w and of v as they are after the step in hand.
        var (ofWeights, ofVelocity, sum) = (1.0, 0.0, 0.0);
        for (var step = training.Steps - 1; step >= 0; step--)
        {
            var moved = (overSteps ? curve.At(step, training.Steps) : constant) * ofWeights;
            var velocity = ofVelocity - (optimizer.Nesterov ? momentum * moved : moved);
            var gradient = optimizer.Nesterov ? velocity - moved : velocity;
            sum += Math.Abs(gradient);
            ofWeights += mu * gradient;
            ofVelocity = momentum * velocity;
        }
        var norm = sum / (overSteps ? optimizer.LearningRate : constant);
        return norm > 0 && double.IsFinite(norm) ? norm : throw new InvalidOperationException("The steps' learning rates are 0, so that local training is no work: give training.optimizer.schedule a minimum.");
    }
}
