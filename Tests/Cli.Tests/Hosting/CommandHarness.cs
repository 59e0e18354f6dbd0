using Federated.Cli.Local;
using Federated.Cli.Terminal;
using Spectre.Console;

namespace Federated.Cli.Tests.Hosting;

/// <summary>What a command line did.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs command lines through the real entry point, in a temporary folder, with captured output.</summary>
internal sealed class CommandHarness : IDisposable
{
    public CommandHarness() => Folder = Directory.CreateTempSubdirectory("federated-cli-").FullName;

    public string Folder { get; }

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Stands for the nodes of <c>federated run</c>.</summary>
    public ILocalCluster? Cluster { get; set; }

    /// <summary>Whether <c>federated run</c> starts nodes in fact.</summary>
    public bool HostsNodes { get; set; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Standard output of the command that was started last.</summary>
    public WatchedWriter Output { get; private set; } = new();

    /// <summary>Standard error of the command that was started last.</summary>
    public WatchedWriter Error { get; private set; } = new();

    public CancellationTokenSource Interrupt { get; } = new();

    public async Task<CommandResult> RunAsync(params string[] args)
    {
        var (output, error) = (Output = new WatchedWriter(), Error = new WatchedWriter());
        var code = await Program.RunAsync(args, Environment(output, error));
        return new CommandResult(code, output.ToString(), error.ToString());
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string Read(params string[] path) => File.ReadAllText(Path.Combine([Folder, .. path]));

    public CommandEnvironment Environment(TextWriter output, TextWriter error) => new()
    {
        Output = output,
        Error = error,
        Screen = PlainScreen(output),
        Interrupt = Interrupt.Token,
        Time = Time,
        Folder = Folder,
        Variable = name => Variables.GetValueOrDefault(name),
        HostLocally = HostsNodes ? LocalCluster.StartAsync : (_, options, _) => HostAsync(options),
    };

    /// <summary>A console without colours or cursor movement, 120 characters wide.</summary>
    public static IAnsiConsole PlainScreen(TextWriter output)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        screen.Profile.Width = 120;
        screen.Profile.Capabilities.Unicode = true;
        return screen;
    }

    public void Dispose()
    {
        Interrupt.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<ILocalCluster> HostAsync(LocalClusterOptions options)
    {
        if (Cluster is null) throw new InvalidOperationException("No node should have been started.");
        // As the real one does: the journal is there as soon as there are nodes.
        await File.AppendAllTextAsync(Path.Combine(options.StateFolder, "journal.db"), "");
        return Cluster;
    }
}
