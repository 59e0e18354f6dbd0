using Federated.Cli.Tests.Hosting;
using Federated.Core;

namespace Federated.Cli.Tests.Verbs;

public sealed class PolicyVerbTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Every_error_of_a_policy_is_listed()
    {
        _command.Write("policy.yaml", "cohrt: 5\nrounds: 0\n");

        var result = await _command.RunAsync("policy", "check", "policy.yaml");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("line 1, cohrt: 'cohrt' is not a key here; did you mean 'cohort'?", result.Error, StringComparison.Ordinal);
        Assert.Contains("line 2, rounds: 0 is out of range; allowed: 1 to 1000000.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Good_policy_is_named_by_its_hash()
    {
        _command.Write("policy.yaml", "rounds: 5\n");

        var result = await _command.RunAsync("policy", "check", "policy.yaml");

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        Assert.Matches("^policy.yaml has no errors; SHA-256 [0-9a-f]{64}\n$", result.Output);
    }

    [Fact]
    public async Task Job_that_the_policy_does_not_allow_gets_every_reason()
    {
        _command.Write("policy.yaml", "rounds: 5\nsecure_aggregation: {required: true}\n");
        _command.Write("job.yaml", "model: {name: logistic}\n");

        var result = await _command.RunAsync("policy", "check", "policy.yaml", "--job", "job.yaml");

        Assert.Equal(ExitCodes.Failure, result.ExitCode);
        Assert.Equal("federated: A worker with policy.yaml does not take part in job.yaml:\n"
            + "  federation.rounds is 10: the policy allows at most 5 (rounds).\n"
            + "  privacy.secure_aggregation.enabled is false: the policy lets only masked updates leave (secure_aggregation.required).\n", result.Error);
    }

    [Fact]
    public async Task Job_that_the_policy_allows_is_told_what_is_held_back()
    {
        _command.Write("policy.yaml", "rounds: 5\ndisclose: {figures: false}\n");
        _command.Write("job.yaml", "model: {name: logistic}\n");

        var result = await _command.RunAsync("policy", "check", "policy.yaml", "--job", "job.yaml", "--set", "federation.rounds=5");

        Assert.Equal((ExitCodes.Success, "A worker with policy.yaml takes part in job.yaml.\n  Evaluations leave without the sums for further figures (disclose.figures).\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task Override_without_a_job_is_an_error()
    {
        _command.Write("policy.yaml", "");

        var result = await _command.RunAsync("policy", "check", "policy.yaml", "--set", "federation.rounds=5");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("--set changes a job: name it with --job.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_does_not_start_with_a_policy_that_its_own_options_break()
    {
        _command.Write("policy.yaml", "coordinators: [good.example]\ndata: {clients: [hospital-a]}\n");

        var result = await _command.RunAsync("worker", "--policy", "policy.yaml", "--client", "hospital-b", "--coordinator", "bad.example:5601");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("clients: Client 'hospital-b' is not offered: the policy offers hospital-a (data.clients).", result.Error, StringComparison.Ordinal);
        Assert.Contains("seeds has 'bad.example:5601': 'bad.example' may not be this worker's coordinator: the policy allows good.example (coordinators).", result.Error, StringComparison.Ordinal);
    }
}
