namespace Federated.Wire.Cluster;

/// <summary>Another process listens on a port that this node was told to listen on.</summary>
/// <param name="host">The address that was to be bound.</param>
/// <param name="port">The port.</param>
/// <param name="option">The option that chooses the port: <c>port</c> or <c>cluster-port</c>.</param>
/// <param name="inner">What the operating system said, where it was asked by a library.</param>
public sealed class PortInUseException(string host, int port, string option, Exception? inner = null)
    : IOException($"Port {port} on {host} is in use: choose another with --{option} (0 takes any free one).", inner)
{
    /// <summary>The port.</summary>
    public int Port { get; } = port;

    /// <summary>The option that chooses the port, without dashes.</summary>
    public string Option { get; } = option;
}
