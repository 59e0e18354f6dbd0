using Federated.Core.Jobs;

namespace Federated.Core.Algorithms;

/// <summary>The client learning rate at a time. With rate η, minimum m, warm-up of W of T rounds or steps, t counted from 0 and s = t - W:
/// <list type="bullet">
/// <item>t below W: η (t + 1) / (W + 1);</item>
/// <item>step: η factor^⌊s / every⌋, exponential: η factor^(s / every), both at least m;</item>
/// <item>linear: η + (m - η) s / (T - W);</item>
/// <item>cosine: m + (η - m) (1 + cos(π s / (T - W))) / 2, equation 5 of Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
/// ICLR 2017, arXiv:1608.03983, without restarts.</item>
/// </list></summary>
public static class LearningRateSchedule
{
    /// <summary>The rate of one round or step.</summary>
    /// <param name="optimizer">Rate and schedule.</param>
    /// <param name="time">Rounds or steps before this one, from 0.</param>
    /// <param name="total">All rounds or steps, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not within the total.</exception>
    public static double At(OptimizerSpec optimizer, int time, int total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(time, total);
        var (schedule, rate) = (optimizer.Schedule, optimizer.LearningRate);
        if (time < schedule.WarmUp) return rate * (time + 1) / (schedule.WarmUp + 1.0);
        var (since, share) = (time - schedule.WarmUp, (double)(time - schedule.WarmUp) / (total - schedule.WarmUp));
        return schedule.Kind switch
        {
            ScheduleKind.Constant => rate,
            ScheduleKind.Step => Math.Max(schedule.Minimum, rate * Math.Pow(schedule.Factor, since / schedule.Every)),
            ScheduleKind.Exponential => Math.Max(schedule.Minimum, rate * Math.Pow(schedule.Factor, (double)since / schedule.Every)),
            ScheduleKind.Linear => rate + (schedule.Minimum - rate) * share,
            ScheduleKind.Cosine => schedule.Minimum + (rate - schedule.Minimum) * (1 + Math.Cos(Math.PI * share)) / 2,
            _ => throw new ArgumentException($"{schedule.Kind} is not a known schedule.", nameof(optimizer)),
        };
    }
}
