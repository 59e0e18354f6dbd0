namespace Federated.Core.Jobs;

/// <summary>How translations are searched for.</summary>
public sealed record BeamSpec
{
    /// <value>Translations kept at each token; 1 is greedy.</value>
    [JobField("Unfinished translations that are kept at each token; 1 takes the likeliest token each time.", Minimum = 1, Maximum = 64)]
    public int Width { get; init; } = 1;

    /// <value>The α by which longer translations are preferred.</value>
    [JobField("How much longer translations are preferred: α of Wu et al. 2016, equation 14.", Minimum = 0, Maximum = 10)]
    public double LengthPenalty { get; init; } = 0.6;
}
