namespace Federated.Core.Jobs;

/// <summary>Why the key has no effect with a value of another key for which <see cref="AppliesWhenAttribute"/> leaves it out: somebody may well ask for both. It is part of the error.</summary>
/// <param name="path">The other key's full path.</param>
/// <param name="value">The value, as it is written in a job file.</param>
/// <param name="why">A clause.</param>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
public sealed class DoesNotGoWithAttribute(string path, string value, string why) : Attribute
{
    /// <summary>The other key's full path.</summary>
    public string Path { get; } = path;

    /// <summary>The value of the other key.</summary>
    public string Value { get; } = value;

    /// <summary>Why not.</summary>
    public string Why { get; } = why;
}
