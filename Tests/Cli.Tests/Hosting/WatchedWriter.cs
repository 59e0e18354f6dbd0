namespace Federated.Cli.Tests.Hosting;

/// <summary>Keeps what is written, and says when a line was.</summary>
internal sealed class WatchedWriter : StringWriter
{
    private readonly List<(string Start, TaskCompletionSource Written)> _awaited = [];
    private readonly List<string> _lines = [];

    public WatchedWriter() => NewLine = "\n";

    /// <summary>Completes once a line begins like this.</summary>
    public Task LineAsync(string start)
    {
        lock (_lines)
        {
            if (_lines.Exists(line => line.StartsWith(start, StringComparison.Ordinal))) return Task.CompletedTask;
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((start, written));
            return written.Task;
        }
    }

    public override async Task WriteLineAsync(string? value)
    {
        await base.WriteLineAsync(value);
        lock (_lines)
        {
            _lines.Add(value ?? "");
            foreach (var (start, written) in _awaited)
                if (value?.StartsWith(start, StringComparison.Ordinal) == true) written.TrySetResult();
        }
    }
}
