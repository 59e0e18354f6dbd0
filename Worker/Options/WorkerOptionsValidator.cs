using System.Collections.Immutable;
using Federated.Core.Privacy.Governance;
using Federated.Engine;
using Federated.Wire.Cluster;
using Federated.Wire.Mapping;
using Federated.Worker.Governance;

namespace Federated.Worker.Options;

/// <summary>The rules of <see cref="WorkerOptions"/>.</summary>
public static class WorkerOptionsValidator
{
    /// <summary>Every error at once, each as one sentence that names option, value and rule; empty when the options can be used.</summary>
    public static ImmutableArray<string> Check(WorkerOptions options)
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        if (TaskIds.CheckName(options.Name) is { } name) errors.Add($"name {name}.");
        CheckHosts(errors, options);
        NodeRules.CheckPort(errors, "cluster-port", options.ClusterPort);
        NodeRules.CheckPublicPort(errors, "public-cluster-port", options.PublicClusterPort);
        CheckSeeds(errors, options);
        if (options.Slots is < 1 or > 1024) errors.Add($"slots is {options.Slots}: it must be from 1 to 1024.");
        if (ComputeDevice.Parse(options.Device) is null) errors.Add($"device is '{options.Device}': {ComputeDevice.Rule}");
        CheckClients(errors, options);
        if (LabelRules.Check(options.Labels) is { } label) errors.Add($"labels has {label}");
        if (options.DataFolders.Any(string.IsNullOrWhiteSpace)) errors.Add("data-folders has an empty entry: leave it out.");
        foreach (var folder in options.AllowModels)
            if (!Directory.Exists(folder)) errors.Add($"allow-models has '{folder}', which is no folder here.");
        CheckPolicy(errors, options);
        NodeRules.CheckStateDir(errors, options.StateDir);
        if (options.CoordinatorTimeout is { } timeout && timeout <= TimeSpan.Zero)
            errors.Add($"coordinator-timeout is {timeout.TotalSeconds} s: it must be above 0; leave it out to look for ever.");
        if (options.DrainTimeout < TimeSpan.Zero) errors.Add($"drain-timeout is {options.DrainTimeout.TotalSeconds} s: it must be 0 or more.");
        NodeRules.CheckHeartbeatPause(errors, options.HeartbeatPause);
        NodeRules.CheckLogLevel(errors, options.LogLevel);
        return errors.ToImmutable();
    }

    private static void CheckHosts(ImmutableArray<string>.Builder errors, WorkerOptions options)
    {
        NodeRules.CheckHost(errors, options.Host);
        if (options.PublicHost is { } name && string.IsNullOrWhiteSpace(name))
            errors.Add("public-host is empty: give the name under which the coordinator reaches this node, or leave it out.");
        if (NodeRules.IsWildcard(options.PublicHost ?? options.Host))
            errors.Add($"{(options.PublicHost is null ? "host" : "public-host")} is {options.PublicHost ?? options.Host}, which nobody can connect to: "
                + "set public-host to the name under which the coordinator reaches this node.");
    }

    private static void CheckSeeds(ImmutableArray<string>.Builder errors, WorkerOptions options)
    {
        if (options.Seeds.IsEmpty)
            errors.Add("seeds is empty: give the cluster address of every coordinator node as host:port, for example 127.0.0.1:5601.");
        NodeRules.CheckSeeds(errors, options.Seeds);
    }

    private static void CheckPolicy(ImmutableArray<string>.Builder errors, WorkerOptions options)
    {
        if (options.Policy is not { } path) return;
        var (policy, wrong) = PolicyFile.Read(path);
        errors.AddRange(wrong);
        if (policy is null) return;
        foreach (var client in options.Clients)
            if (PolicyCheck.Client(policy.Spec, client) is { } refusal) errors.Add($"clients: {refusal}");
        foreach (var seed in options.Seeds)
            if (SeedAddress.TryParse(seed, out var host, out _) && PolicyCheck.Coordinator(policy.Spec, host) is { } refusal) errors.Add($"seeds has '{seed}': {refusal}");
    }

    private static void CheckClients(ImmutableArray<string>.Builder errors, WorkerOptions options)
    {
        foreach (var client in options.Clients)
            if (TaskIds.CheckName(client) is { } wrong) errors.Add($"clients has '{client}', which {wrong}.");
        foreach (var twice in options.Clients.GroupBy(client => client, StringComparer.Ordinal).Where(group => group.Count() > 1))
            errors.Add($"clients has '{twice.Key}' {twice.Count()} times: each client is named once.");
    }
}
