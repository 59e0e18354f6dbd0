namespace Federated.Coordinator.Grpc;

/// <summary>The runs live on another node, or nowhere yet.</summary>
/// <param name="active">URL of the gRPC services of the node that has them; null when unknown.</param>
internal sealed class NotActiveException(Uri? active = null) : Exception(active is null
    ? "This coordinator node is not the active one now; try again, or ask another node."
    : $"This coordinator node is not the active one; the active one is at {active.GetLeftPart(UriPartial.Authority)}")
{
    public Uri? Active => active;
}
