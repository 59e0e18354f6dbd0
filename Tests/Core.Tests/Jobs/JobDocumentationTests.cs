using System.Text.Json.Nodes;
using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Tests.Jobs;

public sealed class JobDocumentationTests
{
    [Fact]
    public void The_committed_reference_is_what_the_declarations_say() => Same(Repository.PathOf("docs", "job.md"), JobDocumentation.Markdown());

    [Fact]
    public void The_committed_schema_is_what_the_declarations_say() => Same(Repository.PathOf("docs", "job.schema.json"), JobDocumentation.JsonSchema());

    [Fact]
    public void Every_key_is_in_the_reference_with_its_meaning()
    {
        var page = JobDocumentation.Markdown();
        foreach (var (path, field) in JobFields.All.Where(placed => placed.Field.Record is null))
            Assert.Contains(page.Split('\n'), line => line.StartsWith($"| `{path}` |", StringComparison.Ordinal) && line.Contains(field.Attribute.Meaning, StringComparison.Ordinal));
    }

    [Fact]
    public void The_schema_has_ranges_names_and_layers()
    {
        var schema = JsonNode.Parse(JobDocumentation.JsonSchema())!;
        var rounds = schema["properties"]!["federation"]!["properties"]!["rounds"]!;
        Assert.Equal((1, 1_000_000, 10), ((int)rounds["minimum"]!, (int)rounds["maximum"]!, (int)rounds["default"]!));
        Assert.Equal(0, (double)schema["properties"]!["training"]!["properties"]!["optimizer"]!["properties"]!["learning_rate"]!["exclusiveMinimum"]!);
        Assert.Contains("fashion-mnist", schema["properties"]!["data"]!["properties"]!["name"]!["enum"]!.AsArray().Select(name => (string?)name));
        Assert.Equal("#/$defs/layer", (string?)schema["properties"]!["model"]!["properties"]!["layers"]!["items"]!["$ref"]);
        var entries = schema["$defs"]!["layer"]!["oneOf"]!.AsArray();
        var bare = entries[0]!["enum"]!.AsArray().Select(name => (string?)name).ToArray();
        Assert.Contains("relu", bare);
        Assert.Contains("flatten", bare);
        Assert.DoesNotContain("dense", bare);   // it needs its units
        Assert.Contains(entries, entry => entry!["properties"]?["dense"]?["required"]?[0]?.GetValue<string>() == "units");
        var residual = entries.Single(entry => entry!["properties"]?["residual"] is not null)!["properties"]!["residual"]!;
        Assert.Equal("#/$defs/layer", (string?)residual["properties"]!["layers"]!["items"]!["$ref"]);   // layers inside layers
    }

    private static void Same(string path, string generated)
    {
        if (Environment.GetEnvironmentVariable("FEDERATED_UPDATE_DOCS") == "1") File.WriteAllText(path, generated);
        var committed = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        Assert.True(committed == generated,
            $"{path} is not what the declarations of the job say. Run this test once with FEDERATED_UPDATE_DOCS=1 in the environment and commit the file.");
    }
}
