namespace Federated.Core.Jobs;

/// <summary>Makes a property of a job record a key of the job file, and says everything that reading, writing, the reference and the JSON schema need to
/// know of it beyond its name, type and initial value.</summary>
/// <param name="meaning">What the key is for, in one sentence that is printed in the reference. Ranges, defaults and conditions do not belong in it.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JobFieldAttribute(string meaning) : Attribute
{
    /// <summary>The sentence for the reference.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>Smallest value allowed (durations: seconds).</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest value allowed (durations: seconds).</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Values must be above this (durations: seconds).</summary>
    public double ExclusiveMinimum { get; init; } = double.NegativeInfinity;

    /// <summary>Values must be below this (durations: seconds).</summary>
    public double ExclusiveMaximum { get; init; } = double.PositiveInfinity;

    /// <summary>Text: a regular expression that the whole value must match.</summary>
    public string? Pattern { get; init; }

    /// <summary>Text: what <see cref="Pattern"/> allows, in words.</summary>
    public string? PatternInWords { get; init; }

    /// <summary>Text: the catalogue that the value must be a name of.</summary>
    public JobNames Names { get; init; }

    /// <summary>The key has no default and must be given.</summary>
    public bool Required { get; init; }

    /// <summary>What happens without the key, where the initial value does not say it: "the size".</summary>
    public string? DefaultInWords { get; init; }

    /// <summary>Keys of the same record that are given instead of this one, with spaces between: exactly one of them all has a value.</summary>
    public string? InsteadOf { get; init; }

    /// <summary>Without a value there is nothing to say: the complete job leaves the key out, and null is no value of it.</summary>
    public bool LeftOut { get; init; }
}

/// <summary>Catalogues whose names a job may use.</summary>
public enum JobNames
{
    /// <summary>Any text.</summary>
    Any,

    /// <summary>Named models.</summary>
    Models,

    /// <summary>Data sets.</summary>
    Datasets,

    /// <summary>Federated algorithms.</summary>
    Algorithms,
}
