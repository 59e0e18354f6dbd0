namespace Federated.Cluster.Tests.Processes;

/// <summary>Tests that count on failures being noticed in time, and on nothing else being late: they have the machine to themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
