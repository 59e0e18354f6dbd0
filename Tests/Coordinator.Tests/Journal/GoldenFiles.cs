using System.Collections.Immutable;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>The files of Golden, a folder for each version of the journal's format: rows as they were written once, and the fields that the format
/// had. They are never changed. Where <c>FEDERATED_WRITE_GOLDEN=1</c> is set, the tests add what is missing and change nothing else.</summary>
internal static class GoldenFiles
{
    public static bool MayWrite { get; } = Environment.GetEnvironmentVariable("FEDERATED_WRITE_GOLDEN") == "1";

    public static string Folder { get; } = Path.Combine(FindTests(AppContext.BaseDirectory), "Journal", "Golden");

    /// <summary>Names of the folders, v1 and so on.</summary>
    public static ImmutableArray<string> Versions => [.. Directory.GetDirectories(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    /// <summary>Names of a version's rows.</summary>
    public static ImmutableArray<string> RowsOf(string version) =>
        [.. Directory.GetFiles(Path.Combine(Folder, version), "*.bin").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    public static byte[] Row(string version, string name) => File.ReadAllBytes(Path.Combine(Folder, version, name));

    /// <summary>The manifest column of a row.</summary>
    public static string ManifestOf(string name) => Path.GetFileNameWithoutExtension(name).Split('-')[0];

    /// <summary>Lines about the fields of a version.</summary>
    public static ImmutableArray<string> SchemaOf(string version) =>
        File.Exists(SchemaPath(version)) ? [.. File.ReadAllLines(SchemaPath(version))] : [];

    public static void Write(string version, string name, byte[] row)
    {
        Directory.CreateDirectory(Path.Combine(Folder, version));
        using var file = new FileStream(Path.Combine(Folder, version, name), FileMode.CreateNew);
        file.Write(row);
    }

    public static void AddToSchema(string version, IEnumerable<string> lines) =>
        File.AppendAllText(SchemaPath(version), string.Concat(lines.Select(line => $"{line}\n")));

    private static string SchemaPath(string version) => Path.Combine(Folder, version, "schema.txt");

    private static string FindTests(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Federated.sln"))) return Path.Combine(at.FullName, "Tests", "Coordinator.Tests");
        throw new InvalidOperationException($"No Federated.sln above {folder}.");
    }
}
