namespace Federated.Coordinator.Hosting;

/// <summary>Why a node is no longer part of its cluster.</summary>
public enum HostEnd
{
    /// <summary>Its owner disposed of it.</summary>
    Stopped,

    /// <summary>The cluster removed it, another coordinator took its runs over, it lost them, or its actor system ended by itself. Its host may start a fresh one.</summary>
    Downed,

    /// <summary>What is in its journal cannot be understood. A fresh one would meet the same.</summary>
    JournalDamaged,
}
