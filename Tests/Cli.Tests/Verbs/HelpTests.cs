using System.CommandLine;
using Federated.Cli.Tests.Hosting;
using Federated.Cli.Verbs;
using Federated.Core;

namespace Federated.Cli.Tests.Verbs;

public sealed class HelpTests : IDisposable
{
    private readonly CommandHarness _command = new();

    public static TheoryData<string> Paths() => [.. AllCommands().Select(found => string.Join(' ', found.Path))];

    public void Dispose() => _command.Dispose();

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Help_of_every_command_names_each_option_and_argument(string path)
    {
        var result = await _command.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal((ExitCodes.Success, ""), (result.ExitCode, result.Error));
        var command = AllCommands().Single(found => string.Join(' ', found.Path) == path).Command;
        Assert.All(command.Options.Select(option => option.Name), name => Assert.Contains(name, result.Output, StringComparison.Ordinal));
        Assert.All(command.Arguments.Select(argument => argument.Name), name => Assert.Contains(name, result.Output, StringComparison.Ordinal));
        Assert.All(command.Subcommands.Select(sub => sub.Name), name => Assert.Contains(name, result.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_command_option_and_argument_has_a_description_that_is_a_sentence()
    {
        foreach (var (_, command) in AllCommands())
        {
            Symbol[] symbols = [command, .. command.Options, .. command.Arguments];
            Assert.All(symbols, symbol => Assert.False(string.IsNullOrWhiteSpace(symbol.Description), $"{command.Name} {symbol.Name} has no description"));
            Symbol[] own = [.. symbols.Where(symbol => symbol.Name is not "--help" and not "--version")];
            Assert.All(own, symbol => Assert.EndsWith(".", symbol.Description, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_verb_has_examples_that_parse_as_that_verb()
    {
        var verbs = AllCommands().Select(found => found.Command).OfType<Verb>().ToList();
        Assert.Equal(20, verbs.Count);
        foreach (var verb in verbs)
        {
            Assert.NotEmpty(verb.Examples);
            foreach (var (line, meaning) in verb.Examples)
            {
                Assert.NotEmpty(meaning);
                var words = line.Split('>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                Assert.Equal("federated", words[0]);
                var parsed = Root().Parse(words[1..]);
                Assert.Empty(parsed.Errors);
                Assert.Equal(verb.Name, parsed.CommandResult.Command.Name);
            }
        }
    }

    [Fact]
    public async Task Help_of_a_verb_ends_with_its_examples()
    {
        var result = await _command.RunAsync("run", "--help");

        Assert.Contains("Examples:\n  federated run\n      train on the embedded digits with 10 clients and 2 workers\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_without_a_verb_shows_the_help()
    {
        var result = await _command.RunAsync();

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.Contains("federated run", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_one_line_with_three_numbers()
    {
        var result = await _command.RunAsync("--version");

        Assert.Equal(ExitCodes.Success, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", result.Output);
    }

    private static RootCommand Root()
    {
        using var harness = new CommandHarness();
        return FederatedCommand.Build(harness.Environment(TextWriter.Null, TextWriter.Null));
    }

    private static IEnumerable<(string[] Path, Command Command)> AllCommands() => Below([], Root());

    private static IEnumerable<(string[] Path, Command Command)> Below(string[] path, Command command) =>
        command.Subcommands.SelectMany(sub => Below([.. path, sub.Name], sub)).Prepend((path, command));
}
