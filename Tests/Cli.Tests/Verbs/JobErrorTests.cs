using Federated.Cli.Tests.Hosting;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Tests.Verbs;

public sealed class JobErrorTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData("run")]
    [InlineData("submit")]
    [InlineData("job", "check")]
    public async Task Wrong_job_lists_all_its_errors_with_their_lines_before_anything_is_started(params string[] verb)
    {
        _command.Write("wrong.yaml", "name: wrong\nmodel: { name: logistic }\nfederation:\n  rouds: 3\ntraining:\n  batch_size: 0\n");

        var result = await _command.RunAsync([.. verb, "wrong.yaml"]);

        Assert.Equal(ExitCodes.JobInvalid, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("wrong.yaml has 2 errors:", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"line 4, federation\.rouds: .*rounds", result.Error);
        Assert.Matches(@"line 6, training\.batch_size: .*0", result.Error);
    }

    [Fact]
    public async Task Wrong_override_is_an_error_of_the_job()
    {
        var result = await _command.RunAsync("run", "--set", "federation.rounds=many");

        Assert.Equal(ExitCodes.JobInvalid, result.ExitCode);
        Assert.Contains("federation.rounds", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_check_prints_the_complete_job_with_overrides()
    {
        _command.Write("job.yaml", "name: small\nmodel: { name: logistic }\n");

        var result = await _command.RunAsync("job", "check", "job.yaml", "--set", "federation.rounds=3", "--set", "seed=7");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Contains("name: small", result.Output, StringComparison.Ordinal);
        Assert.Contains("rounds: 3", result.Output, StringComparison.Ordinal);
        Assert.Contains("seed: 7", result.Output, StringComparison.Ordinal);
        Assert.Contains("batch_size: 32", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_check_output_is_a_job_that_gives_itself()
    {
        var first = await _command.RunAsync("job", "check");
        _command.Write("complete.yaml", first.Output);

        var second = await _command.RunAsync("job", "check", "complete.yaml");

        Assert.Equal(ExitCodes.Success, second.ExitCode);
        Assert.Equal(first.Output, second.Output);
    }

    [Fact]
    public async Task Job_with_local_placement_is_refused_by_run()
    {
        var result = await _command.RunAsync("run", "--set", "data.placement=local");

        Assert.Equal(ExitCodes.JobInvalid, result.ExitCode);
        Assert.Contains("federated worker --client ID", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_that_the_coordinator_finds_are_listed_too()
    {
        await using var coordinator = await FakeCoordinator.StartAsync([], refusals: [new JobError { Path = "model.name", Message = "'x' is new to me." }]);
        _command.Write("job.yaml", "name: small\nmodel: { name: logistic }\n");

        var result = await _command.RunAsync("submit", "job.yaml", "--coordinator", coordinator.Address.ToString());

        Assert.Equal(ExitCodes.JobInvalid, result.ExitCode);
        Assert.Contains("model.name: 'x' is new to me.", result.Error, StringComparison.Ordinal);
    }
}
