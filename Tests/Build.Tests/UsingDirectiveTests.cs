namespace Federated.Build.Tests;

/// <summary>What the build does not look at: the order of using directives, those of System first. Editors sort them by .editorconfig.</summary>
public sealed class UsingDirectiveTests
{
    private static readonly string[] Generated = [.. new[] { "artifacts", ".git" }.Select(folder => Path.Combine(SourceTree.Root, folder) + Path.DirectorySeparatorChar)];

    [Fact]
    public void Using_directives_of_every_source_file_are_sorted()
    {
        var files = Directory.EnumerateFiles(SourceTree.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Generated.Any(folder => file.StartsWith(folder, StringComparison.Ordinal))).ToList();

        Assert.Contains(files, file => Path.GetFileName(file) == "UsingDirectiveTests.cs");
        Assert.Empty(files.Where(file => !IsSorted(DirectivesOf(file))).Select(file => $"{file}: sort the using directives, those of System first."));
    }

    [Theory]
    [InlineData(true, "System", "System.Text", "Akka", "Federated.Core")]
    [InlineData(false, "Akka", "System")]
    [InlineData(false, "System.Text", "System")]
    [InlineData(false, "Federated.Core", "Akka")]
    public void Those_of_System_come_first_and_the_others_by_name(bool sorted, params string[] names) => Assert.Equal(sorted, IsSorted([.. names]));

    private static List<string> DirectivesOf(string file) =>
        [.. File.ReadLines(file).TakeWhile(line => !line.StartsWith("namespace ", StringComparison.Ordinal)).Where(IsDirective).Select(line => line[6..^1])];

    // Of a namespace: neither an alias nor a static one nor a statement.
    private static bool IsDirective(string line) =>
        line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && line[6..^1].All(character => char.IsLetterOrDigit(character) || character is '.' or '_');

    private static bool IsSorted(List<string> names) =>
        names.SequenceEqual(names.OrderBy(name => name != "System" && !name.StartsWith("System.", StringComparison.Ordinal)).ThenBy(name => name, StringComparer.OrdinalIgnoreCase));
}
