namespace Federated.Core.Jobs;

/// <summary>A list entry that the job file writes as the bare word of its only property, an enumeration: <c>- relu</c>.</summary>
/// <param name="except">The members that make no entry, as they are written in a job file.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JobWordAttribute(params string[] except) : Attribute
{
    /// <summary>The members that make no entry.</summary>
    public IReadOnlyList<string> Except { get; } = except;
}
