using System.Text;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

/// <summary>Texts that are no YAML, or YAML that wants too much.</summary>
public sealed class YamlBoundsTests
{
    [Theory]
    [InlineData("model: {name: mlp\nseed: 3\n", 2)]
    [InlineData("model:\n  name: mlp\n seed: 3\n", 3)]
    [InlineData("name: \"open\n", 1)]
    [InlineData("model:\n\tname: mlp\n", 1)]
    [InlineData("a: b: c", 1)]
    [InlineData("%YAML 9.9\n---\nname: x\n", 1)]
    public void Broken_yaml_is_one_error_with_line_and_column(string text, int line)
    {
        var error = Assert.Single(JobReader.Read(text).Errors);
        Assert.Equal(("", line), (error.Path, error.Line));
        Assert.Matches(@"^not valid YAML at column \d+: .+\.$", error.Message);
    }

    [Fact]
    public void A_missing_bracket_is_said_where_it_is_missed() => Assert.Equal(
        ["line 2: not valid YAML at column 1: a '}' or ']' is missing before here."], Errors("model: {name: mlp\nseed: 3\n"));

    [Fact]
    public void A_text_above_1_MiB_is_refused()
    {
        Assert.Equal(["larger than 1 MiB, the most that a job may have."], Errors(new string('#', (1 << 20) + 1)));
        Assert.Equal(["larger than 1 MiB, the most that a job may have."], Errors("#" + new string('\u00e9', 1 << 19)));
    }

    [Fact]
    public void Anchors_and_aliases_are_refused_before_anything_is_expanded()
    {
        Assert.Equal(["line 1, name: a YAML anchor or alias ('&' or '*'); write the value out, or put it in quotes if the character is meant."], Errors("name: &a x\nseed: *a"));
        var bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (var i = 1; i < 40; i++) bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n");
        Assert.Single(Errors(bomb.ToString()));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        Assert.EndsWith("nested deeper than 32 levels.", Assert.Single(Errors(new string('[', 500_000))), StringComparison.Ordinal);
        Assert.EndsWith("nested deeper than 32 levels.", Assert.Single(Errors("model: " + string.Concat(Enumerable.Repeat("{a: ", 100)) + "1" + new string('}', 100))), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_values_are_refused() =>
        Assert.Equal("more than 20000 values, the most that a job may have.", Assert.Single(JobReader.Read($"model: {{layers: [{string.Join(',', Enumerable.Repeat("relu", 30_000))}]}}").Errors).Message);

    [Fact]
    public void The_list_of_errors_is_bounded()
    {
        var errors = Errors(string.Concat(Enumerable.Range(0, 5000).Select(i => $"k{i}: 1\n")));
        Assert.Equal(201, errors.Length);
        Assert.Equal("4801 more errors are not listed; mend these first.", errors[^1]);
    }

    [Theory]
    [InlineData("name: a\0b", "line 1: not valid YAML: control character U+0000; remove it.")]
    [InlineData("seed: 3\nname: a\u0007b", "line 2: not valid YAML: control character U+0007; remove it.")]
    [InlineData("model: {name: mlp}\n---\nmodel: {name: mlp}\n", "line 2: a second document follows after '---'; a job is one document.")]
    public void What_the_parser_would_pass_over_is_refused(string text, string error) => Assert.Equal([error], Errors(text));

    private static string[] Errors(string yaml) => [.. JobReader.Read(yaml).Errors.Select(error => error.ToString())];
}
