using System.Collections.Immutable;

namespace Federated.Engine.Data;

/// <summary>The folders in which data sets are looked for, first hit wins. Immutable.</summary>
public sealed class DataFolders
{
    /// <summary>The environment variable that names a data folder.</summary>
    public const string Variable = "FEDERATED_DATA";

    /// <summary>Only the given folders, and the last one takes downloads.</summary>
    /// <param name="roots">Paths, best first; they need not exist.</param>
    /// <param name="downloads">Where downloaded sets go; one of the roots, if they are to be found again.</param>
    public DataFolders(ImmutableArray<string> roots, string downloads)
    {
        Roots = [.. roots.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
        Downloads = Path.GetFullPath(downloads);
    }

    /// <summary>Absolute paths, best first.</summary>
    public ImmutableArray<string> Roots { get; }

    /// <summary>Where downloaded sets go, an absolute path.</summary>
    public string Downloads { get; }

    /// <summary>The folders given, then <see cref="Variable"/>, the user's cache ($XDG_CACHE_HOME/federated or ~/.cache/federated, on Windows
    /// federated below the local application data), then /usr/share/datasets. Downloads go to the user's cache.</summary>
    /// <param name="given">Folders that the user named, for example with --data-dir.</param>
    public static DataFolders Standard(IEnumerable<string> given) => Standard(given, Environment.GetEnvironmentVariable);

    internal static DataFolders Standard(IEnumerable<string> given, Func<string, string?> environment)
    {
        var roots = given.ToList();
        if (environment(Variable) is { Length: > 0 } folder) roots.Add(folder);
        var cache = Path.Combine(CacheHome(environment), "federated");
        roots.Add(cache);
        if (!OperatingSystem.IsWindows()) roots.Add("/usr/share/datasets");
        return new([.. roots], cache);
    }

    /// <summary>Where a set may lie: FOLDER/NAME and FOLDER itself, for each folder.</summary>
    internal IEnumerable<string> CandidatesFor(string name) => Roots.SelectMany(root => new[] { Path.Combine(root, name), root });

    private static string CacheHome(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows()) return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        // The XDG specification: a relative path is invalid and to be ignored.
        if (environment("XDG_CACHE_HOME") is { } home && Path.IsPathRooted(home)) return home;
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
