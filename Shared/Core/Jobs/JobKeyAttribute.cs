namespace Federated.Core.Jobs;

/// <summary>The word for an enumeration's member in the job file, where it is not the member's name in snake_case.</summary>
/// <param name="word">The word.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class JobKeyAttribute(string word) : Attribute
{
    /// <summary>The word.</summary>
    public string Word { get; } = word;
}
