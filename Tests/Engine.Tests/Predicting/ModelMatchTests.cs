using Federated.Core.Parameters;
using Federated.Engine.Predicting;

namespace Federated.Engine.Tests.Predicting;

public sealed class ModelMatchTests
{
    private static readonly ParameterSchema Wanted = new([new TensorSpec("1.weight", [1, 2]), new TensorSpec("1.bias", [1])]);

    [Fact]
    public void Tensors_are_taken_by_name() =>
        Assert.Equal([2, 3, 1], ModelMatch.Arrange(Wanted, new(new([new TensorSpec("1.bias", [1]), new TensorSpec("1.weight", [1, 2])]), [1, 2, 3])));

    [Theory]
    [InlineData("1.weight", 2, "1.other", "has no tensor '1.bias' of [1], which the job's model has")]
    [InlineData("1.weight", 3, "1.bias", "has [1, 3] in tensor '1.weight', and the job's model has [1, 2]")]
    public void Other_tensors_are_refused_in_a_sentence(string first, int size, string second, string expected)
    {
        var given = new ParameterVector(new([new TensorSpec(first, [1, size]), new TensorSpec(second, [1])]), new float[size + 1]);
        Assert.Equal($"The model does not belong to this job and its data: it {expected}.", Assert.Throws<EngineException>(() => ModelMatch.Arrange(Wanted, given)).Message);
    }

    [Fact]
    public void Tensor_too_many_is_refused()
    {
        var given = new ParameterVector(new([.. Wanted.Tensors, new TensorSpec("2.bias", [4])]), new float[7]);
        Assert.Contains("has a tensor '2.bias', which the job's model has not", Assert.Throws<EngineException>(() => ModelMatch.Arrange(Wanted, given)).Message, StringComparison.Ordinal);
    }
}
