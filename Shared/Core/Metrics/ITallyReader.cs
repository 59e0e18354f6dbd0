using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics;

/// <summary>Turns one tally into figures, once it is complete. Stateless, safe to use from several threads.</summary>
public interface ITallyReader
{
    /// <summary>One of <see cref="TallyNames"/>.</summary>
    string Tally { get; }

    /// <summary>Every figure that it can give.</summary>
    ImmutableArray<FigureInfo> Figures { get; }

    /// <summary>Why a tally of this name, well-formed as any tally is, makes no sense; null where it does. The sum of two tallies that make sense makes sense.</summary>
    string? Complaint(Tally tally);

    /// <summary>The figures. One that is undefined for these sums is left out; one that is not finite is dropped by the caller.</summary>
    /// <param name="tally">Has no complaint.</param>
    /// <param name="sums">Loss and hits of the same examples.</param>
    /// <param name="classes">Names of the classes; empty where they have none or there are too many of them.</param>
    IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes);
}
