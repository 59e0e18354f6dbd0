using System.Numerics.Tensors;

namespace Federated.Core.Privacy.Accounting.LossDistributions;

/// <summary>Which of two neighbours' releases comes first in a loss.</summary>
internal enum LossDirection
{
    /// <summary>P has the unit, Q has not.</summary>
    Remove,

    /// <summary>Q has the unit, P has not.</summary>
    Add,

    /// <summary>One unit replaced by another, which looks the same from both sides.</summary>
    Replace,
}

/// <summary>Privacy loss distributions of the sampled Gaussian mechanism, put on a grid so that they never look more private than they are.</summary>
/// <remarks>
/// The dominating pairs, for sensitivity 1, are those of Zhu, Dong, Wang, "Optimal accounting of differential privacy via characteristic function", AISTATS 2022
/// (arXiv:2106.08567). Remove: P = (1-q) N(0,σ²) + q N(1,σ²), Q = N(0,σ²); Add: the same two swapped; q = 1 is the Gaussian mechanism. Replace (a sample of
/// fixed size): the profile is that of Remove for ε ≥ 0, by the advanced joint convexity of Balle, Barthe, Gaboardi 2018 (arXiv:1807.01647), and its mirror image
/// p(-ε) = e^-ε p(ε) below.
/// The grid is that of Doroshenko, Ghazi, Kamath, Kumar, Manurangsi, "Connect the dots: tighter discrete approximations of privacy loss distributions", PoPETs 2022
/// (arXiv:2207.04380): what P and Q have between two grid points goes to the two so that both keep their masses, which is the tightest pessimistic choice. Both shares are
/// integrals of positive functions and are computed as such by Gauss-Legendre quadrature, without the cancellation that differences of δ(ε) have.
/// </remarks>
internal static class GaussianLoss
{
    // What lies beyond is below 1e-23 and counts as an infinite loss where losses are high, as losses like the others where they are low.
    private const double Tail = 10;

    private static readonly (double Node, double Weight)[] Three = [(0, 8.0 / 9), (-0.7745966692414834, 5.0 / 9), (0.7745966692414834, 5.0 / 9)];

    private static readonly (double Node, double Weight)[] Eight =
    [
        (-0.1834346424956498, 0.3626837833783620), (0.1834346424956498, 0.3626837833783620),
        (-0.5255324099163290, 0.3137066458778873), (0.5255324099163290, 0.3137066458778873),
        (-0.7966664774136267, 0.2223810344533745), (0.7966664774136267, 0.2223810344533745),
        (-0.9602898564975363, 0.1012285362903763), (0.9602898564975363, 0.1012285362903763),
    ];

    /// <summary>The smallest and the largest loss of the Remove direction that are not in the tails.</summary>
    public static (double Low, double High) Range(double rate, double sigma) => (Loss(rate, sigma, -Tail * sigma), Loss(rate, sigma, 1 + Tail * sigma));

    /// <summary>The distribution on a grid.</summary>
    /// <param name="rate">q in (0, 1].</param>
    /// <param name="sigma">Noise divided by the sensitivity, above 0.</param>
    /// <param name="direction">Which of the pairs.</param>
    /// <param name="step">h of the grid, above 0.</param>
    public static LossGrid On(double rate, double sigma, LossDirection direction, double step)
    {
        var (low, high) = Range(rate, sigma);
        var (first, last) = ((long)Math.Floor(low / step), (long)Math.Floor(high / step) + 1);
        var (ends, up) = (new double[last - first + 1], direction != LossDirection.Add);
        for (var cell = first; cell < last; cell++)
        {
            var (from, to) = (Place(rate, sigma, cell * step), Place(rate, sigma, (cell + 1) * step));
            var (lower, upper) = Shares(rate, sigma, up, cell, step, Math.Max(from, -Tail * sigma), Math.Min(to, 1 + Tail * sigma));
            ends[cell - first] += lower;
            ends[cell - first + 1] += upper;
        }
        if (direction == LossDirection.Replace) return Mirrored(step, first, ends);
        if (!up)
        {
            Array.Reverse(ends);
            first = -last;
        }
        return Complete(step, first, ends);
    }

    // Integrals over one cell of losses [c h, (c+1) h] of Remove, that is x from one place to another: the masses that go to the cell's lower and upper end. For Add the loss
    // is the negative and so the cell turns over; the first value then still belongs to c.
    private static (double Lower, double Upper) Shares(double q, double sigma, bool remove, long cell, double h, double from, double to)
    {
        if (from >= to) return (0, 0);
        var (panelWidth, width) = (0.25 * sigma * Math.Min(1, sigma), to - from);
        var (panels, nodes) = width < 0.05 * panelWidth ? (1, Three) : ((int)Math.Ceiling(width / panelWidth), Eight);
        var (norm, half, twice) = (1 / (sigma * Math.Sqrt(2 * Math.PI)), width / panels / 2, 1 / (2 * sigma * sigma));
        var (low, high, whole) = (cell * h, (cell + 1) * h, -SpecialFunctions.ExpM1(-h));
        // Ratios instead of their logarithms save half of the time, where they are far from overflow. They are between those of the cell's ends, which a wide cell has far apart.
        var (moderate, lowRatio, highRatio) = (low > -300 && high < 300, Math.Exp(low), Math.Exp(high));
        var (lower, upper) = (0.0, 0.0);
        for (var panel = 0; panel < panels; panel++)
        {
            var middle = from + (2 * panel + 1) * half;
            foreach (var (node, weight) in nodes)
            {
                var x = middle + node * half;
                var scale = weight * half * norm;
                var without = scale * Math.Exp(-x * x * twice);
                // The mass m at loss l between a and a + h splits into m (1 - e^(a-l)) / (1 - e^-h) above and the rest below; l is log ratio for Remove, and minus that for Add.
                double mass, above;
                if (moderate)
                {
                    var ratio = 1 - q + q * Math.Exp((2 * x - 1) * twice);
                    mass = remove ? without * ratio : without;
                    above = mass * (remove ? 1 - lowRatio / ratio : 1 - ratio / highRatio) / whole;
                }
                else
                {
                    var loss = Loss(q, sigma, x);
                    mass = remove ? (1 - q) * without + q * scale * Math.Exp(-(x - 1) * (x - 1) * twice) : without;
                    above = mass * -SpecialFunctions.ExpM1(remove ? low - loss : loss - high) / whole;
                }
                above = Math.Clamp(above, 0, mass);
                lower += remove ? mass - above : above;
                upper += remove ? above : mass - above;
            }
        }
        return (lower, upper);
    }

    private static LossGrid Complete(double step, long first, double[] masses)
    {
        // The tail of high losses, below 1e-23 by itself, goes to infinity. That of low ones, and what quadrature and rounding missed, is shared out over all losses: put at the lowest,
        // some 1e-16 would decide how low the sum of many releases can be, and so how wide a window it needs. No mass is ever made smaller, so that nothing looks more private by it.
        const double HighTail = 1e-23;
        if (masses.Sum() is < 1 and var sum) TensorPrimitives.Divide(masses, sum, masses);
        return new(step, first, masses, HighTail);
    }

    private static LossGrid Mirrored(double step, long first, double[] remove)
    {
        var last = first + remove.Length - 1;
        var masses = new double[2 * last + 1];
        for (var loss = 1L; loss <= last; loss++)
        {
            masses[last + loss] = loss >= first ? remove[loss - first] : 0;
            masses[last - loss] = Math.Exp(-loss * step) * masses[last + loss];
        }
        masses[last] = Math.Max(0, 1 - masses.Sum());
        return new(step, -last, masses, 1e-23);
    }

    private static double Loss(double q, double sigma, double x)
    {
        var exponent = (2 * x - 1) / (2 * sigma * sigma);
        if (q == 1) return exponent;
        return exponent > 30 ? exponent + Math.Log(q + (1 - q) * Math.Exp(-exponent)) : SpecialFunctions.Log1P(q * SpecialFunctions.ExpM1(exponent));
    }

    // Where Remove has a loss; minus infinity below the losses that it has.
    private static double Place(double q, double sigma, double loss)
    {
        if (q == 1) return sigma * sigma * loss + 0.5;
        var odds = 1 + SpecialFunctions.ExpM1(loss) / q;
        return odds > 0 ? sigma * sigma * (double.IsInfinity(odds) ? loss - Math.Log(q) : Math.Log(odds)) + 0.5 : double.NegativeInfinity;
    }
}
