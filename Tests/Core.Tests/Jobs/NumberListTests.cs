using System.Text.Json.Nodes;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

/// <summary>Keys whose value is a list of numbers.</summary>
public sealed class NumberListTests
{
    [Theory]
    [InlineData("training: {class_weights: [1, 2.5, 1e-3, 1, 1, 1, 1, 1, 1, 1]}")]
    [InlineData("training:\n  class_weights:\n    - 1\n    - 2.5\n    - 0.001\n    - 1\n    - 1\n    - 1\n    - 1\n    - 1\n    - 1\n    - 1.0\n")]
    public void A_list_of_numbers_is_read_in_both_forms(string text) => Assert.Equal([1, 2.5, 0.001, 1, 1, 1, 1, 1, 1, 1], Read(text).Training.ClassWeights);

    [Fact]
    public void No_value_is_no_list() => Assert.Null(Read("training: {class_weights: null}").Training.ClassWeights);

    [Fact]
    public void A_list_is_written_as_it_is_read()
    {
        var text = JobWriter.Write(Read("training: {class_weights: [1, 2.5, 1, 1, 1, 1, 1, 1, 1, 1e-9]}"));
        Assert.Contains("\n  class_weights: [1.0, 2.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0e-09]\n", text, StringComparison.Ordinal);
        Assert.Equal(text, JobWriter.Write(JobReader.Read(text).Job!));
    }

    [Fact]
    public void An_override_replaces_the_whole_list() => Assert.Equal(
        [2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
        JobReader.Read("model: {name: mlp}\ntraining: {class_weights: [1]}", ["training.class_weights=[2, 2, 2, 2, 2, 2, 2, 2, 2, 2]"]).Job!.Training.ClassWeights);

    [Theory]
    [InlineData("3", "line 2, training.class_weights: the single value '3' stands here; needs a list of numbers such as [1.0, 2.5], each above 0 and at most 1000000.")]
    [InlineData("[]", "line 2, training.class_weights: an empty list stands here; needs a list of numbers such as [1.0, 2.5], each above 0 and at most 1000000.")]
    [InlineData("{a: 1}", "line 2, training.class_weights: a mapping of keys stands here; needs a list of numbers such as [1.0, 2.5], each above 0 and at most 1000000.")]
    [InlineData("[1, 0]", "line 2, training.class_weights[1]: 0 is out of range; allowed: each above 0 and at most 1000000.")]
    [InlineData("[one, 1]", "line 2, training.class_weights[0]: 'one' is not a number; allowed: each above 0 and at most 1000000.")]
    [InlineData("[1, '2']", "line 2, training.class_weights[1]: '2' is text because of its quotes; needs a list of numbers such as [1.0, 2.5], each above 0 and at most 1000000, without quotes.")]
    [InlineData("[1, ~]", "line 2, training.class_weights[1]: has no value; allowed: each above 0 and at most 1000000.")]
    [InlineData("[1, [2]]", "line 2, training.class_weights[1]: a list stands here; needs a list of numbers such as [1.0, 2.5], each above 0 and at most 1000000.")]
    public void A_wrong_list_is_one_sentence(string value, string error) =>
        Assert.Equal([error], JobReader.Read($"model: {{name: mlp}}\ntraining: {{class_weights: {value}}}").Errors.Select(wrong => wrong.ToString()));

    [Fact]
    public void The_schema_has_the_range_of_each_number()
    {
        var weights = JsonNode.Parse(JobDocumentation.JsonSchema())!["properties"]!["training"]!["properties"]!["class_weights"]!;
        Assert.Equal(["array", "null"], weights["type"]!.AsArray().Select(type => (string)type!));
        Assert.Equal(("number", 0.0), ((string)weights["items"]!["type"]!, (double)weights["items"]!["exclusiveMinimum"]!));
    }

    [Fact]
    public void Lists_are_equal_by_their_numbers()
    {
        NumberList one = [1, 2], same = [1, 2], other = [2, 1];
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.True(one.Equals(same) && !one.Equals(other) && !one.Equals(null));
    }

    private static JobSpec Read(string text)
    {
        var result = JobReader.Read("model: {name: mlp}\n" + text);
        Assert.Empty(result.Errors);
        return result.Job!;
    }
}
