namespace Federated.Coordinator.Hosting;

/// <summary>Why a node is no longer part of its cluster.</summary>
public enum HostEnd
{
    /// <summary>Its owner disposed of it.</summary>
    Stopped,

    /// <summary>The cluster removed it, or its actor system ended by itself. Its host may start a fresh one.</summary>
    Downed,
}
