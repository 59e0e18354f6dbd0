using System.Globalization;

namespace Federated.Cluster.Tests.Faults;

/// <summary>Which process holds the other end of a connection on this machine, from the kernel's own tables. Linux only.</summary>
internal static class SocketOwner
{
    /// <summary>Whether a process has a TCP socket that is bound to a local port.</summary>
    /// <param name="process">Its id; one that has ended owns nothing.</param>
    /// <param name="port">The local port.</param>
    public static bool Owns(int process, int port)
    {
        var inodes = InodesOf(port);
        if (inodes.Count == 0) return false;
        try
        {
            return new DirectoryInfo($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/fd").EnumerateFileSystemInfos()
                .Any(file => file.LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal) && inodes.Contains(target[8..^1]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Columns: number, local address, remote address, state and, as the tenth, the inode. Addresses are in hexadecimal.
    private static HashSet<string> InodesOf(int port)
    {
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return [.. new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists)
            .SelectMany(table => File.ReadAllLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row.Length > 9 && row[1].EndsWith(suffix, StringComparison.Ordinal) && row[9] != "0")
            .Select(row => row[9])];
    }
}
