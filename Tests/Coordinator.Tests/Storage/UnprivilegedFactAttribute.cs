namespace Federated.Coordinator.Tests.Storage;

/// <summary>A test of missing permissions, which root does not miss; skipped, and shown as such, for root and on Windows.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "Permissions are set with modes.";
        else if (Environment.IsPrivilegedProcess) Skip = "Permissions do not stop root.";
    }
}
