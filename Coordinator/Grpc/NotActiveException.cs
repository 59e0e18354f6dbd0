namespace Federated.Coordinator.Grpc;

/// <summary>The runs live on another node, or nowhere yet.</summary>
internal sealed class NotActiveException() : Exception("This coordinator node is not the active one now; try again, or ask another node.");
