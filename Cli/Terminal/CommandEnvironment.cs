using System.Security.Cryptography;
using Federated.Cli.Local;
using Federated.Core.Jobs;
using Spectre.Console;

namespace Federated.Cli.Terminal;

/// <summary>Everything outside of itself that the command touches, so that tests can put their own in its place.</summary>
internal sealed record CommandEnvironment
{
    /// <value>Standard output: results.</value>
    public required TextWriter Output { get; init; }

    /// <value>Standard error: everything that is not a result.</value>
    public required TextWriter Error { get; init; }

    /// <value>Draws on <see cref="Output"/>. Tables adapt to its width; live tables are shown only where it is a terminal.</value>
    public required IAnsiConsole Screen { get; init; }

    /// <value>Cancelled by the first Ctrl-C.</value>
    public CancellationToken Interrupt { get; init; }

    /// <value>Clock of elapsed times.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <value>Spreads repeated attempts, uniform in [0, 1). It touches nothing that a run's result depends on.</value>
    public Func<double> Jitter { get; init; } = static () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);

    /// <value>Relative paths start here.</value>
    public string Folder { get; init; } = Directory.GetCurrentDirectory();

    /// <value>Environment variables by name.</value>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <value>Starts the nodes of <c>federated run</c>; a data set that the job lacks is found before anything is started.</value>
    public Func<JobSpec, LocalClusterOptions, CancellationToken, Task<ILocalCluster>> HostLocally { get; init; } = LocalCluster.StartAsync;

    /// <value>True when somebody watches <see cref="Output"/> on a terminal that can be redrawn.</value>
    public bool IsLive => Screen.Profile.Out.IsTerminal && Screen.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>The environment of this process.</summary>
    public static CommandEnvironment OfProcess(CancellationToken interrupt) => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        Screen = ScreenOver(Console.Out),
        Interrupt = interrupt,
    };

    /// <summary>The absolute form of a path that the user gave.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Folder);

    private static IAnsiConsole ScreenOver(TextWriter output)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        // Into a file or a pipe a table is cut by nobody: columns keep their full text.
        if (!screen.Profile.Out.IsTerminal) screen.Profile.Width = 240;
        return screen;
    }
}
