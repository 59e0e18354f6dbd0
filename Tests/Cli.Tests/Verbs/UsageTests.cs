using Federated.Cli.Tests.Hosting;
using Federated.Core;

namespace Federated.Cli.Tests.Verbs;

public sealed class UsageTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData("Unrecognized command or argument 'frobnicate'", "frobnicate")]
    [InlineData("Try 'federated run --help'.", "run", "--wrokers", "3")]
    [InlineData("--workers is 0: it must be from 1 to 64.", "run", "--workers", "0")]
    [InlineData("--workers", "run", "--workers", "two")]
    [InlineData("--device is 'gpu': it must be cpu, cuda or cuda:N", "run", "--device", "gpu")]
    [InlineData("--device is 'cuda:-1': it must be cpu, cuda or cuda:N", "run", "--device", "cuda:-1")]
    [InlineData("--port is 70000: it must be from 0 to 65535.", "coordinator", "--port", "70000")]
    [InlineData("Try 'federated submit --help'.", "submit")]
    [InlineData("--out", "export", "quiet-otter-1")]
    [InlineData("--round is -1: it must be from 0 to", "export", "quiet-otter-1", "--out", "m.safetensors", "--round", "-1")]
    [InlineData("'cifar' cannot be downloaded; these can: mnist, fashion-mnist, ", "data", "get", "cifar")]
    [InlineData("--coordinator is 'ftp://here'", "ls", "--coordinator", "ftp://here")]
    [InlineData("--coordinator is 'here:5600,', where '' is no address", "ls", "--coordinator", "here:5600,")]
    [InlineData("There is no job file absent.yaml.", "run", "absent.yaml")]
    [InlineData("There is no job file absent.yaml.", "job", "check", "absent.yaml")]
    public async Task Wrong_command_line_is_answered_on_standard_error_with_the_usage_code(string expected, params string[] args)
    {
        var result = await _command.RunAsync(args);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistyped_verb_is_answered_with_the_nearest()
    {
        var result = await _command.RunAsync("wach", "x");

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("watch", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Argument_that_starts_with_an_at_sign_is_taken_as_it_is()
    {
        var result = await _command.RunAsync("run", "@job.yaml");

        Assert.Contains("There is no job file @job.yaml.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_adds_the_stack_trace()
    {
        var result = await _command.RunAsync("run", "absent.yaml", "--verbose");

        Assert.Contains("There is no job file absent.yaml.", result.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", result.Error, StringComparison.Ordinal);
    }
}
