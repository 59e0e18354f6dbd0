using Federated.Core.Jobs.Describing;
using Federated.Core.Privacy.Governance;
using Federated.Core.Tests.Jobs;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class PolicyPageTests
{
    [Fact]
    public void The_committed_reference_is_what_the_declarations_say()
    {
        var path = Repository.PathOf("docs", "policy.md");
        if (Environment.GetEnvironmentVariable("FEDERATED_UPDATE_DOCS") == "1") File.WriteAllText(path, PolicyPage.Write());
        var committed = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(committed == PolicyPage.Write(), $"{path} is not what the declarations of the policy say. Run this test once with FEDERATED_UPDATE_DOCS=1 in the environment and commit the file.");
    }

    [Fact]
    public void Every_key_has_a_line_with_its_meaning()
    {
        var page = PolicyPage.Write().Split('\n');
        foreach (var (path, field) in JobFields.Of(RecordShape.Of(typeof(PolicySpec))).Where(placed => placed.Field.Record is null))
            Assert.Contains(page, line => line.StartsWith($"| `{path}` |", StringComparison.Ordinal) && line.Contains(field.Attribute.Meaning, StringComparison.Ordinal));
    }
}
