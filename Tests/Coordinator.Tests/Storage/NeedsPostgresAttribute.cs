namespace Federated.Coordinator.Tests.Storage;

/// <summary>On a test class whose tests are <see cref="ContractFactAttribute"/>: skipped where no PostgreSQL server can be started.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NeedsPostgresAttribute : Attribute, INeed
{
    public string? Lacking => PostgresServer.Lacking;
}
