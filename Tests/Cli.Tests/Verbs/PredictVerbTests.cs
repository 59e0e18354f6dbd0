using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.Core.Parameters;

namespace Federated.Cli.Tests.Verbs;

public sealed class PredictVerbTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Model_of_a_run_is_right_as_often_as_the_run_said()
    {
        _command.HostsNodes = true;
        var run = await _command.RunAsync("run", "--json", "--out", "out", "--set", "federation.rounds=1", "--set", "model={name: logistic}", "--workers", "1");
        Assert.True(run.ExitCode == ExitCodes.Success, run.Error);
        using var summary = JsonDocument.Parse(run.Output);

        var predicted = await _command.RunAsync("predict", Path.Combine("out", "model.safetensors"), "--out", "p.csv");   // the job is in the file
        Assert.Equal((ExitCodes.Success, ""), (predicted.ExitCode, predicted.Error));
        var lines = _command.Read("p.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("example,actual,predicted,probability", lines[0]);
        var rows = lines.Skip(1).Select(line => line.Split(',')).ToList();
        Assert.Equal(1797, rows.Count);
        Assert.Equal(summary.RootElement.GetProperty("accuracy").GetDouble(), rows.Count(row => row[1] == row[2]) / 1797.0, 12);

        var shown = await _command.RunAsync("predict", "out", "--count", "3");
        Assert.Contains("3 of 1,797 test examples; --count shows more, --out writes all", shown.Output, StringComparison.Ordinal);
        var json = await _command.RunAsync("predict", "out", "--split", "train", "--json");
        Assert.Equal(10, json.OutputLines.Count);
        using var first = JsonDocument.Parse(json.OutputLines[0]);
        Assert.Equal(["example", "actual", "predicted", "probability"], first.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Model_without_a_job_needs_one_that_fits()
    {
        await using (var file = File.Create(Path.Combine(_command.Folder, "m.safetensors")))
            await Safetensors.WriteAsync(file, new ParameterVector(new([new TensorSpec("2.weight", [10, 64]), new TensorSpec("2.bias", [10])]), new float[650]), default);
        _command.Write("job.yaml", "model: { layers: [flatten, dense: { units: 10, activation: softmax }] }\ndata: { name: digits }\n");

        Assert.Contains("m.safetensors does not say by which job it was trained. Name the job with --job JOB.yaml.", await ErrorAsync(ExitCodes.Usage, "predict", "m.safetensors"), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, (await _command.RunAsync("predict", "m.safetensors", "--job", "job.yaml")).ExitCode);
        Assert.Equal("federated: The model does not belong to this job and its data: it has [10, 64] in tensor '2.weight', and the job's model has [11, 64].\n",
            await ErrorAsync(ExitCodes.Failure, "predict", "m.safetensors", "--job", "job.yaml", "--set", "model={layers: [flatten, {dense: {units: 11}}, {dense: {units: 10}}]}"));
    }

    [Fact]
    public async Task Language_model_continues_a_prompt_without_its_data()
    {
        await using (var file = File.Create(Path.Combine(_command.Folder, "m.safetensors")))
            await Safetensors.WriteAsync(file, new ParameterVector(new([new TensorSpec("1.weight", [67, 1]), new TensorSpec("2.weight", [67, 1]), new TensorSpec("2.bias", [67])]), new float[67 * 3]), default);
        _command.Write("job.yaml", "model: { layers: [embedding: { size: 1 }, dense: { units: 67 }] }\ndata: { name: shakespeare, text: { length: 4 } }\n");
        string[] line = ["predict", "m.safetensors", "--job", "job.yaml", "--data-dir", "none", "--prompt", "ROMEO:", "--length", "5"];

        var written = await _command.RunAsync(line);
        Assert.Equal((ExitCodes.Success, ""), (written.ExitCode, written.Error));
        Assert.StartsWith("ROMEO:", written.Output, StringComparison.Ordinal);
        Assert.Equal(12, written.Output.Length);
        Assert.Equal(written.Output, (await _command.RunAsync([.. line, "--seed", "1"])).Output);
        using var json = JsonDocument.Parse((await _command.RunAsync([.. line, "--json"])).Output);
        Assert.Equal(written.Output[..^1], json.RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Wrong_command_lines_are_refused_before_anything_is_written()
    {
        _command.Write("p.csv", "mine");
        _command.Write("m.safetensors", "nothing of the kind");
        Assert.Contains("There is no model none.safetensors.", await ErrorAsync(ExitCodes.Usage, "predict", "none.safetensors"), StringComparison.Ordinal);
        Assert.Contains("m.safetensors is no model that can be read. The file says", await ErrorAsync(ExitCodes.Failure, "predict", "m.safetensors"), StringComparison.Ordinal);
        Assert.Contains("exists: name another file", await ErrorAsync(ExitCodes.Usage, "predict", "m.safetensors", "--out", "p.csv"), StringComparison.Ordinal);
        Assert.Contains("end it with .csv or .jsonl", await ErrorAsync(ExitCodes.Usage, "predict", "m.safetensors", "--out", "p.txt"), StringComparison.Ordinal);
        Assert.Contains("--temperature is -1: it must be from 0 to 100.", await ErrorAsync(ExitCodes.Usage, "predict", "m.safetensors", "--temperature", "-1"), StringComparison.Ordinal);
        Assert.Equal("mine", _command.Read("p.csv"));
    }

    private async Task<string> ErrorAsync(int code, params string[] line)
    {
        var result = await _command.RunAsync(line);
        Assert.Equal((code, ""), (result.ExitCode, result.Output));
        return result.Error;
    }
}
