namespace Federated.Cluster.Tests.Processes;

/// <summary>A theory that reads the kernel's tables of sockets, which only Linux has.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "Connections are told apart by /proc.";
    }
}
