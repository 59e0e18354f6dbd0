using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>Maximum over windows: [C, H, W] to [C, H', W'].</summary>
public sealed record MaxPool2dLayer : LayerSpec
{
    /// <value>Side of the square window.</value>
    [JobField("Side of the square window.", Minimum = 1, Maximum = 1024)]
    public int Size { get; init; } = 2;

    /// <value>Distance between windows; null for the size.</value>
    [JobField("Distance between neighbouring windows.", Minimum = 1, Maximum = 1024, DefaultInWords = "the size")]
    public int? Stride { get; init; }
}

/// <summary>Mean over windows: [C, H, W] to [C, H', W'].</summary>
public sealed record AvgPool2dLayer : LayerSpec
{
    /// <value>Side of the square window.</value>
    [JobField("Side of the square window.", Minimum = 1, Maximum = 1024)]
    public int Size { get; init; } = 2;

    /// <value>Distance between windows; null for the size.</value>
    [JobField("Distance between neighbouring windows.", Minimum = 1, Maximum = 1024, DefaultInWords = "the size")]
    public int? Stride { get; init; }
}

/// <summary>Maximum over each channel: [C, H, W] to [C].</summary>
public sealed record GlobalMaxPool2dLayer : LayerSpec;

/// <summary>Mean over each channel: [C, H, W] to [C] (Lin et al. 2014).</summary>
public sealed record GlobalAvgPool2dLayer : LayerSpec;
