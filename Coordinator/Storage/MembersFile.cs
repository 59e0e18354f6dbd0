using System.Collections.Immutable;
using System.Globalization;
using Federated.Coordinator.Options;
using Federated.Wire.Cluster;

namespace Federated.Coordinator.Storage;

/// <summary>The cluster addresses of the nodes that a coordinator was last in a cluster with, one host:port a line, so that it finds them again when
/// it is
/// started anew. It is a hint: it may be missing, old or wrong.</summary>
/// <param name="folder">The coordinator's state folder, which other coordinators of this machine may share.</param>
/// <param name="port">The node's cluster port, which tells it from them.</param>
internal sealed class MembersFile(string folder, int port)
{
    /// <summary>Most addresses that are kept: any one of them that answers is enough.</summary>
    public const int Most = 32;

    // An address is a name of at most 253 characters and a port; nobody but this class writes the file, and a damaged one is not read for ever.
    private const int MostCharacters = Most * 512;

    private string Path => System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"members-{port}"));

    public static MembersFile Of(CoordinatorOptions options) => new(options.StateDir, options.PublicClusterPort ?? options.ClusterPort);

    /// <summary>The addresses, at most <see cref="Most"/>; none when there is no file. Lines that are no address are passed over.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public async Task<ImmutableArray<string>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(Path)) return [];
        using var reader = new StreamReader(Path);
        var text = new char[MostCharacters];
        var length = await reader.ReadBlockAsync(text, cancellationToken);
        var lines = new string(text, 0, length).Split('\n', StringSplitOptions.TrimEntries);
        return [.. lines.Where(line => SeedAddress.TryParse(line, out _, out _)).Take(Most)];
    }

    /// <summary>Replaces the file by one with the first <see cref="Most"/> of the addresses. One call at a time.</summary>
    /// <exception cref="IOException">It cannot be written; the last one is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public async Task WriteAsync(IEnumerable<string> addresses)
    {
        Directory.CreateDirectory(folder);
        var temporary = $"{Path}.tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, string.Concat(addresses.Take(Most).Select(address => $"{address}\n")));
            File.Move(temporary, Path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
