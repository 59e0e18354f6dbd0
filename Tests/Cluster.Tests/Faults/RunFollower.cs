using System.Collections.Immutable;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;
using Grpc.Net.Client;

namespace Federated.Cluster.Tests.Faults;

/// <summary>Follows a run over gRPC through the deaths of coordinators: when one does not answer or its stream breaks the next one is asked, for
/// what came after the last round that was seen, until the run has ended. Thread-safe.</summary>
internal sealed class RunFollower : IAsyncDisposable
{
    // A peer that is stopped, or behind a black hole, is noticed by pings.
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private const long MaxModelBytes = 1L << 30;

    private readonly Signal _changed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ImmutableArray<GrpcChannel> _channels;
    private readonly Func<string> _transcripts;
    private Task _following = Task.CompletedTask;
    private RunHistory _history = RunHistory.Empty;
    private Exception? _failure;
    private volatile bool _isOver;

    private RunFollower(IEnumerable<string> coordinators, Func<string>? transcripts) =>
        (_channels, _transcripts) = ([.. coordinators.Select(Open)], transcripts ?? (() => ""));

    /// <summary>The run's id.</summary>
    public string Run { get; private set; } = "";

    /// <summary>What was seen so far.</summary>
    public RunHistory History => Volatile.Read(ref _history);

    /// <summary>Called with the history after each event, by one thread at a time; must not block.</summary>
    public event Action<RunHistory>? Changed;

    /// <summary>Submits a job to whichever coordinator takes it and follows its run. The one that takes it must live until it has answered, or the
    /// job may run twice.</summary>
    /// <param name="coordinators">URLs of the coordinators' services.</param>
    /// <param name="yaml">The job.</param>
    /// <param name="transcripts">What the processes wrote, for the messages of exceptions.</param>
    /// <exception cref="InvalidOperationException">The job has errors.</exception>
    public static async Task<RunFollower> SubmitAsync(IEnumerable<string> coordinators, string yaml, Func<string>? transcripts = null)
    {
        var follower = new RunFollower(coordinators, transcripts);
        try
        {
            var reply = await follower.AskAsync(async (runs, cancellation) =>
                await runs.SubmitAsync(new SubmitRequest { JobYaml = yaml }, cancellationToken: cancellation));
            if (reply.Errors.Count > 0) throw new InvalidOperationException($"The job has errors: {reply.Errors}");
            follower.Start(reply.Run);
            return follower;
        }
        catch
        {
            await follower.DisposeAsync();
            throw;
        }
    }

    /// <summary>Follows a run that was submitted before, from its beginning.</summary>
    public static RunFollower Follow(IEnumerable<string> coordinators, string run, Func<string>? transcripts = null)
    {
        var follower = new RunFollower(coordinators, transcripts);
        follower.Start(run);
        return follower;
    }

    /// <summary>Waits until a condition on the history holds.</summary>
    /// <exception cref="InvalidOperationException">The run has ended without it, or tells nothing any more.</exception>
    public async Task<RunHistory> UntilAsync(Func<RunHistory, bool> condition)
    {
        var seen = History;
        await _changed.UntilAsync(
            () => Volatile.Read(ref _failure) is not null || _isOver || condition(seen = History), () => $"{History}{_transcripts()}");
        if (_isOver) seen = History;
        if (_failure is not null) throw new InvalidOperationException($"The run cannot be followed any more. {History}{_transcripts()}", _failure);
        return condition(seen) ? seen : throw new InvalidOperationException($"The run ended before what was waited for. {seen}{_transcripts()}");
    }

    /// <summary>Waits until the run is seen in a phase of a round, or beyond: progress comes a few times a second, so a short phase may pass
    /// unseen.</summary>
    /// <returns>Where it was seen.</returns>
    public async Task<RunPlace> ReachedAsync(int round, string phase)
    {
        var place = new RunPlace(round, 1, phase);
        var history = await UntilAsync(history => history.FirstFrom(place) is not null);
        return history.FirstFrom(place)!.Value;
    }

    /// <summary>Waits until a round's report has come.</summary>
    public Task<RunPlace> CommittedAsync(int round) => ReachedAsync(round, RunPlace.Committed);

    /// <summary>Waits until the run has ended and everything about it has been told: a stream that begins late tells the earlier rounds of a run that is
    /// over.</summary>
    public Task<RunHistory> EndedAsync() => UntilAsync(history => history.HasEnded && _isOver);

    /// <summary>The run as a coordinator tells it now, with every round's final report.</summary>
    public Task<RunDetails> DetailsAsync() =>
        AskAsync(async (runs, cancellation) => await runs.ShowAsync(new ShowRequest { Run = Run }, cancellationToken: cancellation));

    /// <summary>Downloads the run's parameters and checks them against their hash, which is <see cref="ParameterVector.Hash"/> of the
    /// result.</summary>
    public Task<ReceivedModel> ModelAsync() => AskAsync(async (runs, cancellation) =>
    {
        using var call = runs.Model(new ModelRequest { Run = Run }, cancellationToken: cancellation);
        var received = await ParameterReceiver.ReceiveModelAsync(call.ResponseStream, MaxModelBytes, cancellation);
        return received.Ok ? received.Value : throw new InvalidOperationException(received.Error);
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _following;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run had not ended.
        }
        foreach (var channel in _channels) channel.Dispose();
        _stop.Dispose();
    }

    private static GrpcChannel Open(string coordinator) => GrpcChannel.ForAddress(coordinator, new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new SocketsHttpHandler
        {
            ConnectTimeout = PingAfter,
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PingAfter,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        },
    });

    private void Start(string run)
    {
        Run = run;
        _following = FollowAsync();
    }

    private async Task FollowAsync()
    {
        try
        {
            await FollowToTheEndAsync();
            _isOver = true;
            _changed.Set();
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            Volatile.Write(ref _failure, e);
            _changed.Set();
            throw;
        }
    }

    private async Task FollowToTheEndAsync()
    {
        for (var turn = 0; !History.HasEnded; turn++)
        {
            var channel = _channels[turn % _channels.Length];
            try
            {
                var request = new WatchRequest { Run = Run, FromRound = History.LastRound + 1 };
                using var watch = new Runs.RunsClient(channel).Watch(request, cancellationToken: _stop.Token);
                await foreach (var next in watch.ResponseStream.ReadAllAsync(_stop.Token))
                {
                    Volatile.Write(ref _history, History.With(next));
                    Changed?.Invoke(History);
                    _changed.Set();
                }
                Interrupt($"{channel.Target} ended its stream.");
            }
            catch (RpcException e) when (!_stop.IsCancellationRequested)
            {
                Interrupt($"{channel.Target}: {e.StatusCode}, {e.Status.Detail}");
            }
            catch (RpcException e)
            {
                throw new OperationCanceledException("Disposed of before the run had ended.", e);
            }
            if (turn % _channels.Length == _channels.Length - 1) await Task.Delay(RetryDelay, _stop.Token);
        }
    }

    // Nothing new about the run: who waits goes on waiting. A coordinator that says the same again and again is told of once.
    private void Interrupt(string reason)
    {
        if (!History.HasEnded && !History.Interruptions.Contains(reason)) Volatile.Write(ref _history, History.WithInterruption(reason));
    }

    private async Task<T> AskAsync<T>(Func<Runs.RunsClient, CancellationToken, Task<T>> ask)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(Signal.Patience);
        for (var turn = 0; ; turn++)
        {
            try
            {
                return await ask(new Runs.RunsClient(_channels[turn % _channels.Length]), limit.Token);
            }
            catch (RpcException) when (!limit.IsCancellationRequested)
            {
                if (turn % _channels.Length == _channels.Length - 1) await Task.Delay(RetryDelay, limit.Token);
            }
        }
    }
}
