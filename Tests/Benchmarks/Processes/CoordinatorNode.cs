using System.Diagnostics;
using System.Globalization;
using Federated.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Federated.Benchmarks.Processes;

/// <summary>One coordinator address of loopback: the processes that serve there one after the other, and what they say of runs. For one caller at a time.</summary>
internal sealed class CoordinatorNode : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _folder;
    private readonly string[] _args;
    private readonly GrpcChannel _channel;
    private readonly Runs.RunsClient _runs;

    /// <param name="folder">Working directory; the state folder lies in it.</param>
    /// <param name="port">gRPC port.</param>
    /// <param name="clusterPort">Cluster port.</param>
    /// <param name="args">More options.</param>
    public CoordinatorNode(string folder, int port, int clusterPort, params string[] args)
    {
        (_folder, Port, ClusterPort) = (folder, port, clusterPort);
        _args = ["coordinator", "--port", Text(port), "--cluster-port", Text(clusterPort), .. args];
        // The pause of a channel between two tries to connect would be measured as the coordinator's.
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{Text(port)}", new GrpcChannelOptions
        {
            InitialReconnectBackoff = PollInterval,
            MaxReconnectBackoff = PollInterval,
            MaxReceiveMessageSize = null,
        });
        _runs = new(_channel);
    }

    public int Port { get; }

    public int ClusterPort { get; }

    /// <value>The one that serves now.</value>
    public HostProcess Process { get; private set; } = null!;

    /// <summary>Starts a process, after the last one was killed. Ends when it is a member of its cluster.</summary>
    /// <param name="more">Options for this process only.</param>
    public async Task<HostLine> StartAsync(params string[] more)
    {
        if (Process is not null) await Process.DisposeAsync();
        Process = HostProcess.Start($"coordinator {Text(ClusterPort)}", _folder, [.. _args, .. more]);
        return await Process.LineAsync("coordinator ready: ");
    }

    /// <summary>Hands in a job and gives the run's id.</summary>
    public async Task<string> SubmitAsync(string yaml)
    {
        var reply = await _runs.SubmitAsync(new SubmitRequest { JobYaml = yaml });
        return reply.Errors.Count == 0 ? reply.Run : throw new InvalidOperationException($"The job was refused: {string.Join(" ", reply.Errors)}");
    }

    /// <summary>A run with all its rounds.</summary>
    public async Task<RunDetails> ShowAsync(string run) => await _runs.ShowAsync(new ShowRequest { Run = run });

    /// <summary>Asks every 50 ms, whether or not it has answered yet, until this node answers with something that a condition holds for.</summary>
    /// <returns>What it said, and when that was here.</returns>
    /// <exception cref="InvalidOperationException">That took more than ten minutes.</exception>
    public async Task<(RunSight Sight, long At)> UntilAsync(string run, Func<RunSight, bool> condition)
    {
        var found = new TaskCompletionSource<(RunSight, long)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var looks = new List<Task>();
        using var timer = new PeriodicTimer(PollInterval);
        while (!found.Task.IsCompleted && !limit.IsCancellationRequested)
        {
            looks.RemoveAll(look => look.IsCompletedSuccessfully);
            looks.Add(TryAsync());
            await Task.WhenAny(found.Task, timer.WaitForNextTickAsync(CancellationToken.None).AsTask());
        }
        await ended.CancelAsync();
        await Task.WhenAll(looks);
        return found.Task.IsCompleted ? await found.Task : throw new InvalidOperationException($"{Process.Name} did not say so of run {run} within ten minutes.");

        async Task TryAsync()
        {
            if (await LookAsync(run, ended.Token) is { } sight && condition(sight)) found.TrySetResult((sight, Stopwatch.GetTimestamp()));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (Process is not null) await Process.DisposeAsync();
    }

    // What a watch begins with says all that is wanted and nothing of earlier rounds, so asking often costs the coordinator nothing that would be measured.
    private async Task<RunSight?> LookAsync(string run, CancellationToken cancellation)
    {
        var accepted = 0;
        try
        {
            using var call = _runs.Watch(new WatchRequest { Run = run, FromRound = int.MaxValue }, cancellationToken: cancellation);
            while (await call.ResponseStream.MoveNext(cancellation))
            {
                var (next, summary) = (call.ResponseStream.Current, call.ResponseStream.Current.Summary);
                if (next.Progress is { } progress && progress.Round == summary.Round + 1)
                    accepted = progress.Phase is "aggregating" or "committing" ? int.MaxValue : (int)progress.Done;
                if (next.EventCase == RunEvent.EventOneofCase.None) return new((int)summary.Round, accepted, (int)summary.Workers, summary.Status);
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            // Not there, not active, or asked once too often: the next look will tell.
        }
        return null;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A run as its coordinator sees it at one moment.</summary>
/// <param name="Round">The last committed one.</param>
/// <param name="Accepted">Updates that the open round has; more than any number when it wants no more.</param>
/// <param name="Workers">Attached.</param>
/// <param name="Status">Of the run.</param>
internal sealed record RunSight(int Round, int Accepted, int Workers, RunStatus Status);
