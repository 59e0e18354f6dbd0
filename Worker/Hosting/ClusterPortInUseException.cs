namespace Federated.Worker.Hosting;

/// <summary>Another process listens on the cluster port that this worker was to listen on.</summary>
/// <param name="host">The address that was to be bound.</param>
/// <param name="port">The port.</param>
/// <param name="inner">What the operating system said.</param>
public sealed class ClusterPortInUseException(string host, int port, Exception? inner = null)
    : IOException($"Port {port} on {host} is in use: choose another with --cluster-port (0 takes any free one).", inner)
{
    /// <summary>The port.</summary>
    public int Port { get; } = port;
}
