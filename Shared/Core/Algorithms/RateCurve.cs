using Federated.Core.Jobs;

namespace Federated.Core.Algorithms;

/// <summary>A learning rate and how it changes. With rate η, minimum m, warm-up of W of T rounds or steps, t counted from 0 and s = t - W:
/// <list type="bullet">
/// <item>t below W: η (t + 1) / (W + 1);</item>
/// <item>step: η factor^⌊s / every⌋, exponential: η factor^(s / every), both at least m;</item>
/// <item>linear: η + (m - η) s / (T - W);</item>
/// <item>cosine: m + (η - m) (1 + cos(π s / (T - W))) / 2, equation 5 of Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
/// ICLR 2017, arXiv:1608.03983, without restarts.</item>
/// </list></summary>
/// <param name="Rate">η, above 0.</param>
/// <param name="Kind">The way.</param>
/// <param name="WarmUp">W, at least 0 and below the total.</param>
/// <param name="Every">For step and exponential, at least 1.</param>
/// <param name="Factor">For step and exponential, above 0 and at most 1.</param>
/// <param name="Minimum">m, from 0 to η.</param>
public readonly record struct RateCurve(double Rate, ScheduleKind Kind, int WarmUp, int Every, double Factor, double Minimum)
{
    /// <summary>A client's.</summary>
    public static RateCurve Of(OptimizerSpec spec) => new(spec.LearningRate, spec.Schedule.Kind, spec.Schedule.WarmUp, spec.Schedule.Every, spec.Schedule.Factor, spec.Schedule.Minimum);

    /// <summary>The server's.</summary>
    public static RateCurve Of(AlgorithmSpec spec) =>
        new(spec.ServerLearningRate, spec.Server.Schedule.Kind, spec.Server.Schedule.WarmUp, spec.Server.Schedule.Every, spec.Server.Schedule.Factor, spec.Server.Schedule.Minimum);

    /// <summary>The rate of one round or step.</summary>
    /// <param name="time">Rounds or steps before this one, from 0.</param>
    /// <param name="total">All rounds or steps, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not within the total.</exception>
    public double At(int time, int total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(time, total);
        if (time < WarmUp) return Rate * (time + 1) / (WarmUp + 1.0);
        var (since, share) = (time - WarmUp, (double)(time - WarmUp) / (total - WarmUp));
        return Kind switch
        {
            ScheduleKind.Constant => Rate,
            ScheduleKind.Step => Math.Max(Minimum, Rate * Math.Pow(Factor, since / Every)),
            ScheduleKind.Exponential => Math.Max(Minimum, Rate * Math.Pow(Factor, (double)since / Every)),
            ScheduleKind.Linear => Rate + (Minimum - Rate) * share,
            ScheduleKind.Cosine => Minimum + (Rate - Minimum) * (1 + Math.Cos(Math.PI * share)) / 2,
            _ => throw new InvalidOperationException($"{Kind} is not a known schedule."),
        };
    }
}
