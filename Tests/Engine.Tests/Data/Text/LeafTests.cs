using Federated.Core.Jobs;

namespace Federated.Engine.Tests.Data.Text;

public sealed class LeafTests : IDisposable
{
    private static readonly DataSpec Spec = new() { Name = "leaf", Path = "f.json", Text = new() { Length = 4 } };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_of_users_become_symbols_and_their_labels_classes()
    {
        _folder.Write("f.json", """{"users": ["b", "a"], "num_samples": [1, 2], "user_data": {"a": {"x": ["abc", "bcdef"], "y": ["d", "e"]}, "b": {"x": ["a"], "y": ["d"]}}}""");
        var set = TextReading.Load(Spec, _folder);
        Assert.Equal<string>(["b", "a", "a"], set.Owners);
        Assert.Equal([0L, 0, 1], set.Train.Labels.ToArray());
        Assert.Equal([68, 69, 70, 0], set.Train.Inputs(1));
        Assert.Equal([69, 70, 71, 72], set.Train.Inputs(2));
    }

    [Fact]
    public void Numbers_are_features_and_a_test_folder_is_the_test_set()
    {
        _folder.Write("f/train/one.json", """{"users": ["a"], "num_samples": [2], "user_data": {"a": {"x": [[1, 2.5], [3, 4]], "y": [7, 5]}}}""");
        _folder.Write("f/train/two.json", """{"users": ["b"], "num_samples": [1], "user_data": {"b": {"x": [[-1, 0]], "y": [6]}}}""");
        _folder.Write("f/test/one.json", """{"users": ["b", "a"], "num_samples": [1, 1], "user_data": {"b": {"x": [[9, 9]], "y": [7]}, "a": {"x": [[8, 8]], "y": [5]}}}""");
        var set = TextReading.Load(Spec with { Path = "f" }, _folder);
        Assert.Equal<string>(["a", "a", "b"], set.Owners);
        Assert.Equal<string>(["b", "a"], set.TestOwners);
        Assert.Equal((3, 2), (set.Shape.Classes, set.Shape.Input[0]));
        Assert.Equal([2L, 0, 1], set.Train.Labels.ToArray());
        Assert.Equal([2L, 0], set.Test!.Labels.ToArray());
    }

    [Fact]
    public void What_is_not_JSON_is_told_with_its_line()
    {
        var path = _folder.Write("f.json", "{\n  \"users\": [\"a\"],\n  users\n}");
        Assert.StartsWith($"{path} cannot be used:\n  line 3: this is not JSON: 'u' is an invalid start of a property name.", TextReading.Refusal(Spec, _folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[]""", "a file of LEAF is an object with the lists 'users' and 'num_samples' and the object 'user_data'.")]
    [InlineData("""{"users": [], "user_data": {}}""", "there is no example in it.")]
    [InlineData("""{"users": ["a"], "user_data": {}}""", "user 'a' has no entry in 'user_data'.")]
    [InlineData("""{"users": [3], "user_data": {}}""", "user 1 of 'users': a user's name is a text of 1 to 256 characters.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": []}}}""", "user 'a' needs the lists 'x' and 'y'.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": [], "y": []}}}""", "user 'a' has no examples: leave the user out.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": ["s", "t"], "y": [1]}}}""", "user 'a' has 2 examples in 'x' and 1 labels in 'y'.")]
    [InlineData("""{"users": ["a"], "num_samples": [3], "user_data": {"a": {"x": ["s"], "y": [1]}}}""", "user 'a' has 1 examples, and 'num_samples' says 3.")]
    [InlineData("""{"users": ["a"], "num_samples": [1, 2], "user_data": {"a": {"x": ["s"], "y": [1]}}}""", "'users' has 1 entries and 'num_samples' 2.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": [""], "y": [1]}}}""", "user 'a', example 1: its text is empty. Fill it in, or leave the example out.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": ["s"], "y": [null]}}}""", "user 'a', example 1: its label is neither a number nor a text. Give it one, or leave the example out.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": [["id", "text"]], "y": [1]}}}""", "user 'a', example 1: 'x' is neither a text nor a list of finite numbers. Other tasks of LEAF keep more than that in it: take the text or the numbers out first.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": ["s", [1]], "y": [1, 1]}}}""", "some examples are texts and others numbers: keep them in different sets.")]
    [InlineData("""{"users": ["a"], "user_data": {"a": {"x": [[1, 2], [1]], "y": [1, 1]}}}""", "user 'a' has an example of 1 numbers, and the first one has 2.")]
    public void File_that_cannot_be_used_says_why(string json, string expected)
    {
        var path = _folder.Write("f.json", json);
        var message = TextReading.Refusal(Spec, _folder);
        Assert.StartsWith($"{path} cannot be used:\n", message, StringComparison.Ordinal);
        Assert.Contains(expected, message.Split('\n').Select(line => line.Trim()));
    }
}
