using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class OwnModelRulesTests
{
    private static readonly string Hash = string.Concat(Enumerable.Repeat("0a", 32));

    [Theory]
    [InlineData("{assembly: a.dll}", "line 1, model.type: an assembly may have many classes; give the full name of the one that makes the model, for example Hospital.Models.SmallNet.")]
    [InlineData("{torchscript: a.pt, type: X}", "line 1, model.type: has no effect without model.assembly; remove it.")]
    [InlineData("{name: mlp, sha256: HASH}", "line 1, model.sha256: has no effect without model.torchscript or model.assembly; remove it.")]
    [InlineData("{torchscript: a.pt, sha256: 12}", "line 1, model.sha256: '12' is not possible; allowed: 64 hexadecimal digits.")]
    [InlineData("{torchscript: ../a.pt}", "line 1, model.torchscript: '../a.pt' leads out of the folder that a worker allows; give a path below it.")]
    [InlineData("{torchscript: ' '}", "line 1, model.torchscript: the path is empty.")]
    [InlineData("{torchscript: a.pt, name: mlp}", "line 1, model: has name and torchscript; keep one of them.")]
    public void Keys_that_do_not_go_together_are_one_sentence(string model, string error) =>
        Assert.Equal([error], JobReader.Read($"model: {model.Replace("HASH", Hash, StringComparison.Ordinal)}").Errors.Select(found => found.ToString()));

    [Theory]
    [InlineData("torchscript: a.pt", "torchscript")]
    [InlineData("assembly: a.dll, type: N.T", "assembly")]
    public void What_looks_into_the_layers_does_not_go_with_it(string model, string key) => Assert.Equal(
        [$"line 1, model.{key}: does not go with moon, which compares what goes into the last layer: a model of one's own does not show its layers. Use model.layers, or another algorithm."],
        JobReader.Read($"model: {{{model}}}\nfederation: {{algorithm: {{name: moon}}}}").Errors.Select(found => found.ToString()));

    [Fact]
    public void All_errors_come_at_once()
    {
        var errors = JobReader.Read($"model: {{name: mlp, assembly: a/../../b.dll, torchscript: a.pt, sha256: 1}}").Errors;
        Assert.Equal(["model", "model.assembly", "model.sha256", "model.type"], errors.Select(error => error.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Complete_job_reads_back_equal_and_says_nothing_of_keys_without_a_value()
    {
        foreach (var model in new[] { $"{{assembly: a.dll, type: N.T, sha256: {Hash}}}", "{torchscript: nets/a.pt}" })
        {
            var job = JobReader.Read($"model: {model}\ndata: {{name: csv, path: a.csv}}").Job!;
            var written = JobWriter.Write(job);
            Assert.Equal(job, JobReader.Read(written).Job);
            Assert.Equal(model.Contains("sha256", StringComparison.Ordinal), written.Contains("sha256", StringComparison.Ordinal));
        }
        Assert.Contains("model:\n  name: mlp\ndata:", JobWriter.Write(JobReader.Read("model: {name: mlp}").Job!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_of_the_command_line_replaces_the_one_of_the_file() =>
        Assert.Equal(new ModelSpec { Name = "mlp" }, JobReader.Read("model: {torchscript: a.pt}", ["model.name=mlp"]).Job!.Model);
}
