using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Federated.Coordinator.Tests.Storage;

/// <summary>A PostgreSQL server of the test's own, in a temporary folder, reached by a Unix socket there, so that no port can be taken. Stopped and
/// deleted at the end.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string _programs;
    private readonly string _folder = Directory.CreateTempSubdirectory("federated-pg-").FullName;
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    private PostgresServer(string programs) => _programs = programs;

    /// <summary>Why there can be no server on this machine; null when there can.</summary>
    public static string? Lacking =>
        OperatingSystem.IsWindows() ? "The tests' PostgreSQL server is reached by a Unix socket."
        : Programs() is null ? "PostgreSQL's initdb is neither in /usr/lib/postgresql/*/bin nor on the PATH."
        : Environment.IsPrivilegedProcess && Which("setpriv") is null ? "PostgreSQL does not run as root, and setpriv is missing."
        : null;

    /// <summary>Npgsql's, for the server's superuser.</summary>
    public string ConnectionString => $"Host={_folder};Username=postgres;Database=postgres";

    /// <summary>A running server; null where there can be none.</summary>
    public static async Task<PostgresServer?> TryStartAsync()
    {
        if (Lacking is not null) return null;
        var server = new PostgresServer(Programs()!);
        try
        {
            // The server does not run as root, so the folder must belong to another user.
            if (Environment.IsPrivilegedProcess) await RunAsync(new("chown", ["postgres", server._folder]));
            await RunAsync(server.Command("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"));
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again. Returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        if (_process is not null) throw new InvalidOperationException("The server runs.");
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = Command("postgres", "-D", Data, "-k", _folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=16MB");
        start.RedirectStandardError = true;
        _process = new() { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"PostgreSQL ended:\n{string.Join('\n', _log)}"));
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            _log.Enqueue(line.Data);
            if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
        };
        _process.Start();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(Patience);
    }

    /// <summary>Makes the server go away at once, as in a crash: connections break, and what was not committed is lost.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        const int sigQuit = 3;   // the server's "immediate shutdown"; a kill would leave its children behind
        if (!_process.HasExited && Kill(_process.Id, sigQuit) != 0) throw new InvalidOperationException("PostgreSQL could not be signalled.");
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private ProcessStartInfo Command(string program, params string[] arguments)
    {
        string[] all = [Path.Combine(_programs, program), .. arguments];
        if (Environment.IsPrivilegedProcess) all = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", .. all];
        return new(all[0], all[1..]) { WorkingDirectory = _folder };
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {string.Concat(output)}");
    }

    private static string? Programs()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian) ? Directory.GetDirectories(debian).Select(version => Path.Combine(version, "bin")) : [];
        return versions.Order().LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb"))) ?? Path.GetDirectoryName(Which("initdb"));
    }

    private static string? Which(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
