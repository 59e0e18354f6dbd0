using Federated.Core.Algorithms;
using Federated.Core.Tests.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class AlgorithmTableTests
{
    [Fact]
    public void The_committed_page_is_what_the_catalogue_says() => Same("client halves", AlgorithmTable.ClientHalves());

    [Fact]
    public void The_committed_page_is_what_the_checks_of_jobs_say() => Same("composition", CompositionTable.Write());

    private static void Same(string table, string generated)
    {
        var path = Repository.PathOf("docs", "algorithms.md");
        var (begin, end) = ($"<!-- {table}: begin -->\n", $"<!-- {table}: end -->");
        var page = File.ReadAllText(path).ReplaceLineEndings("\n");
        var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal) + begin.Length, page.IndexOf(end, StringComparison.Ordinal));
        Assert.InRange(to, from, page.Length);
        if (Environment.GetEnvironmentVariable("FEDERATED_UPDATE_DOCS") == "1") File.WriteAllText(path, page[..from] + generated + page[to..]);
        else Assert.True(page[from..to] == generated, $"The table of {table} in {path} is not what the catalogue says. Run this test once with FEDERATED_UPDATE_DOCS=1 in the environment and commit the file.");
    }
}
