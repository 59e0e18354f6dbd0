using Federated.Worker.Options;

namespace Federated.Cli.Local;

/// <summary>A coordinator and workers in this process. Disposing of it ends them.</summary>
internal interface ILocalCluster : IAsyncDisposable
{
    /// <summary>The coordinator's gRPC services.</summary>
    Uri Address { get; }

    /// <summary>Fails when one of the nodes ends by itself; never completes otherwise.</summary>
    Task Failure { get; }
}

/// <summary>What a local cluster is made of.</summary>
/// <param name="Workers">Worker nodes, at least 1.</param>
/// <param name="Slots">Tasks that each of them trains at once, at least 1.</param>
/// <param name="Device">What they compute on, as <see cref="Federated.Engine.ComputeDevice.Parse"/> reads it.</param>
/// <param name="DataFolders">Absolute; searched for data sets before the standard places.</param>
/// <param name="LogLevel">Of the nodes' log on standard error.</param>
/// <param name="StateFolder">Absolute; the coordinator's state folder, of this cluster alone.</param>
internal sealed record LocalClusterOptions(int Workers, int Slots, string Device, IReadOnlyList<string> DataFolders, string LogLevel, string StateFolder)
{
    /// <value>Absolute; folders out of which the job may load a model of its own. Default none.</value>
    public IReadOnlyList<string> ModelFolders { get; init; } = [];

    /// <value>Clients that are slower on purpose; null for none.</value>
    public ClientPace? Pace { get; init; }
}
