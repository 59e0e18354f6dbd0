namespace Federated.Core.Jobs;

/// <summary>The kinds of entries that a list may have in a job file, in the order of the reference page. An entry's name is its record's in snake_case, without
/// what the abstract record ends with: <c>DenseLayer</c> of <c>LayerSpec</c> is <c>dense</c>.</summary>
/// <param name="kinds">Sealed records below the abstract record that has the attribute.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JobEntriesAttribute(params Type[] kinds) : Attribute
{
    /// <summary>The records.</summary>
    public IReadOnlyList<Type> Kinds { get; } = kinds;
}
