using System.Runtime.CompilerServices;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;
using Grpc.Net.Client;

namespace Federated.Cli.Client;

/// <summary>Asks a coordinator. Every fault of the other side becomes a <see cref="CommandException"/> that names the address. Safe for concurrent use.</summary>
internal sealed class RunsClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly GrpcChannel _channel;
    private readonly Runs.RunsClient _runs;
    private readonly CoordinatorFaults _faults;
    private readonly TimeProvider _time;

    public RunsClient(Uri address, TimeProvider time)
    {
        _faults = new CoordinatorFaults(address);
        _time = time;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                // A run may be watched for days through routers that forget silent connections.
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
                EnableMultipleHttp2Connections = true,
                // Proxies do not speak HTTP/2 without TLS.
                UseProxy = address.Scheme == Uri.UriSchemeHttps,
            },
            // The rounds of a long run come in one message.
            MaxReceiveMessageSize = 256 << 20,
        });
        _runs = new Runs.RunsClient(_channel);
    }

    /// <summary>Submits a job.</summary>
    /// <returns>The run's id, or what is wrong with the job.</returns>
    public async Task<SubmitReply> SubmitAsync(string yaml, CancellationToken cancellation) =>
        await AskAsync(options => _runs.SubmitAsync(new SubmitRequest { JobYaml = yaml }, options), cancellation);

    /// <summary>All runs, newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> ListAsync(CancellationToken cancellation) =>
        (await AskAsync(options => _runs.ListAsync(new ListRequest(), options), cancellation)).Runs;

    /// <summary>One run with its job and rounds.</summary>
    public Task<RunDetails> ShowAsync(string run, CancellationToken cancellation) =>
        AskAsync(options => _runs.ShowAsync(new ShowRequest { Run = run }, options), cancellation, run);

    /// <summary>Ends a run.</summary>
    public async Task<RunSummary> StopAsync(string run, CancellationToken cancellation) =>
        (await AskAsync(options => _runs.StopAsync(new StopRequest { Run = run }, options), cancellation, run)).Summary;

    /// <summary>Everything that happened in a run, then everything that happens, until it ends.</summary>
    public async IAsyncEnumerable<RunEvent> WatchAsync(string run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var call = _runs.Watch(new WatchRequest { Run = run }, cancellationToken: cancellation);
        while (await _faults.TranslateAsync(call.ResponseStream.MoveNext(cancellation), cancellation, run)) yield return call.ResponseStream.Current;
    }

    /// <summary>A run's latest parameters; null while it has none.</summary>
    /// <exception cref="CommandException">What came cannot be used.</exception>
    public async Task<ReceivedModel?> ModelAsync(string run, CancellationToken cancellation)
    {
        using var call = _runs.Model(new ModelRequest { Run = run }, cancellationToken: cancellation);
        try
        {
            var received = await ParameterReceiver.ReceiveModelAsync(call.ResponseStream, Array.MaxLength, cancellation);
            return received.Ok ? received.Value : throw new CommandException(ExitCodes.Failure, $"The model of run '{run}' cannot be used: {received.Error}");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            return null;
        }
        catch (RpcException e)
        {
            throw _faults.Translate(e, cancellation, run);
        }
    }

    public void Dispose() => _channel.Dispose();

    private Task<T> AskAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> ask, CancellationToken cancellation, string run = "") =>
        _faults.TranslateAsync(ask(new CallOptions(deadline: (_time.GetUtcNow() + Patience).UtcDateTime, cancellationToken: cancellation)).ResponseAsync, cancellation, run);
}
