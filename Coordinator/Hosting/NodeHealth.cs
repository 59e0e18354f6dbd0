using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Federated.Coordinator.Hosting;

/// <summary>Healthy while this node is a full member of its cluster; a standby is healthy too.</summary>
internal sealed class NodeHealth(IServiceProvider services) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var system = services.GetRequiredService<ActorSystem>();
        var member = Cluster.Get(system).SelfMember;
        var up = !system.WhenTerminated.IsCompleted && member.Status is MemberStatus.Up or MemberStatus.WeaklyUp;
        return Task.FromResult(up ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"The node is {member.Status} in its cluster."));
    }
}
