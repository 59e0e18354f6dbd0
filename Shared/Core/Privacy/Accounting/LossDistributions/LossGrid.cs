namespace Federated.Core.Privacy.Accounting.LossDistributions;

/// <summary>A privacy loss distribution on multiples of a step: the losses log(dP/dQ) of two neighbours' releases and their probabilities under P.</summary>
/// <param name="Step">h, above 0.</param>
/// <param name="First">The loss of the first mass, in steps.</param>
/// <param name="Masses">Probability of the loss (First + i) h; with <paramref name="Infinity"/> they sum to 1.</param>
/// <param name="Infinity">Probability of an infinite loss.</param>
internal sealed record LossGrid(double Step, long First, double[] Masses, double Infinity)
{
    /// <summary>log E[e^(t loss); loss finite].</summary>
    public double LogMoment(double t)
    {
        var highest = t * Step * (t > 0 ? First + Masses.Length - 1 : First);
        var sum = 0.0;
        for (var i = 0; i < Masses.Length; i++)
            if (Masses[i] > 0) sum += Masses[i] * Math.Exp(t * Step * (First + i) - highest);
        return highest + Math.Log(sum);
    }
}
