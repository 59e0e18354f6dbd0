using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>Standardises the data by mean and variance of all clients' training data, as Keras' Normalization does by those of one data set; only as the first layer.
/// Per feature of tables and series, per channel of images. (x - mean) / √variance; a missing value (NaN) becomes 0, which is the mean. Where the variance is 0, it
/// divides by 1, where Keras divides by its epsilon 1e-7.</summary>
public sealed record NormalizeLayer : LayerSpec;

/// <summary>Batch normalisation over channels or features (Ioffe and Szegedy 2015). Running statistics are part of the schema and are averaged like weights.</summary>
public sealed record BatchNormLayer : LayerSpec
{
    /// <value>Added to the variance.</value>
    [JobField("Added to the variance.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Epsilon { get; init; } = 1e-5;

    /// <value>Share of the batch in the running statistics.</value>
    [JobField("Share of the batch in the running statistics.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Momentum { get; init; } = 0.1;
}

/// <summary>Group normalisation over channels (Wu and He 2018): the usual choice in federated work, for it has no running statistics.</summary>
public sealed record GroupNormLayer : LayerSpec
{
    /// <summary>What is added to the variance where nothing else is asked for.</summary>
    public const double UsualEpsilon = 1e-5;

    /// <value>Groups of channels; must divide the channels.</value>
    [JobField("Groups of channels; must divide the channels.", Minimum = 1, Maximum = 65_536)]
    public int Groups { get; init; } = 8;

    /// <value>Added to the variance.</value>
    [JobField("Added to the variance.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Epsilon { get; init; } = UsualEpsilon;
}

/// <summary>Layer normalisation over the features of each example (Ba et al. 2016).</summary>
public sealed record LayerNormLayer : LayerSpec
{
    /// <value>Added to the variance.</value>
    [JobField("Added to the variance.", ExclusiveMinimum = 0, Maximum = 1)]
    public double Epsilon { get; init; } = 1e-5;
}
