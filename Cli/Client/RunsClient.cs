using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;

namespace Federated.Cli.Client;

/// <summary>Asks a coordinator. Every fault of the other side becomes a <see cref="CommandException"/> that names the address. Safe for concurrent use.</summary>
/// <param name="addresses">Of the coordinator's nodes, at least one.</param>
/// <param name="environment">The clock, and who is told that the coordinator is away.</param>
internal sealed class RunsClient(IReadOnlyList<Uri> addresses, CommandEnvironment environment) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan SubmitPatience = TimeSpan.FromSeconds(30);
    private readonly CoordinatorNodes _nodes = new(addresses);

    /// <summary>Submits a job, again and again while no coordinator answers, for half a minute. However often it arrives, it becomes one run.
    /// </summary>
    /// <returns>The run's id, or what is wrong with the job.</returns>
    public async Task<SubmitReply> SubmitAsync(string yaml, CancellationToken cancellation)
    {
        var request = new SubmitRequest { JobYaml = yaml, Submission = RandomNumberGenerator.GetHexString(32, lowercase: true) };
        var outage = new Outage(environment, SubmitPatience, environment.Error.WriteLineAsync);
        while (true)
        {
            try
            {
                return await AskAsync((runs, options) => runs.SubmitAsync(request, options), cancellation);
            }
            catch (CommandException e) when (e.ExitCode == ExitCodes.CoordinatorUnreachable)
            {
                if (!await outage.WaitAsync(cancellation)) throw;
            }
        }
    }

    /// <summary>All runs, newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> ListAsync(CancellationToken cancellation) =>
        (await AskAsync((runs, options) => runs.ListAsync(new ListRequest(), options), cancellation)).Runs;

    /// <summary>One run with its job and rounds.</summary>
    public Task<RunDetails> ShowAsync(string run, CancellationToken cancellation) =>
        AskAsync((runs, options) => runs.ShowAsync(new ShowRequest { Run = run }, options), cancellation, run);

    /// <summary>Ends a run.</summary>
    public async Task<RunSummary> StopAsync(string run, CancellationToken cancellation) =>
        (await AskAsync((runs, options) => runs.StopAsync(new StopRequest { Run = run }, options), cancellation, run)).Summary;

    /// <summary>Halts a run.</summary>
    public async Task<RunSummary> PauseAsync(string run, CancellationToken cancellation) =>
        (await AskAsync((runs, options) => runs.PauseAsync(new PauseRequest { Run = run }, options), cancellation, run)).Summary;

    /// <summary>Lets a paused run go on.</summary>
    public async Task<RunSummary> ResumeAsync(string run, CancellationToken cancellation) =>
        (await AskAsync((runs, options) => runs.ResumeAsync(new ResumeRequest { Run = run }, options), cancellation, run)).Summary;

    /// <summary>Lets a failed or stopped run go on. A repetition does no harm: a run that goes on already is not retried.</summary>
    public async Task<RunSummary> RetryAsync(string run, CancellationToken cancellation)
    {
        try
        {
            return (await AskAsync((runs, options) => runs.RetryAsync(new RetryRequest { Run = run }, options), cancellation, run)).Summary;
        }
        catch (CommandException e) when (e.InnerException is RpcException { StatusCode: StatusCode.FailedPrecondition })
        {
            // Perhaps an answer was lost, and the run goes on because it was asked to before.
            var summary = (await ShowAsync(run, cancellation)).Summary;
            if (summary.Status is RunStatus.Queued or RunStatus.Running) return summary;
            throw;
        }
    }

    /// <summary>Everything that happened in a run, then everything that happens, until it ends. Over one connection.</summary>
    public IAsyncEnumerable<RunEvent> WatchAsync(string run, CancellationToken cancellation) => WatchAsync(run, fromRound: 1, cancellation);

    /// <summary>Everything that happened in a run from a round on, then everything that happens, until it ends. Over one connection.</summary>
    public async IAsyncEnumerable<RunEvent> WatchAsync(string run, uint fromRound, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The first event, or the end, says that a node serves.
        var request = new WatchRequest { Run = run, FromRound = fromRound };
        var (node, call, more) = await _nodes.AskAsync(node => OpenWatchAsync(node, request, cancellation), cancellation, run);
        using (call)
        {
            while (more)
            {
                yield return call.ResponseStream.Current;
                try
                {
                    more = await call.ResponseStream.MoveNext(cancellation);
                }
                catch (RpcException e)
                {
                    throw new NodeFault(node.Address, e).Explain(cancellation, run);
                }
            }
        }
    }

    /// <summary>A run's latest parameters; null while it has none.</summary>
    /// <exception cref="CommandException">What came cannot be used.</exception>
    public Task<ReceivedModel?> ModelAsync(string run, CancellationToken cancellation) => ModelAsync(run, round: null, cancellation);

    /// <summary>A run's parameters after a round, or the latest for null; null where there are none.</summary>
    /// <exception cref="CommandException">What came cannot be used.</exception>
    public async Task<ReceivedModel?> ModelAsync(string run, uint? round, CancellationToken cancellation)
    {
        var request = new ModelRequest { Run = run };
        if (round is { } named) request.Round = named;
        return await _nodes.AskAsync(async node =>
        {
            using var call = node.Runs.Model(request, cancellationToken: cancellation);
            try
            {
                var received = await ParameterReceiver.ReceiveModelAsync(call.ResponseStream, Array.MaxLength, cancellation);
                if (received.Ok) return received.Value;
                throw new CommandException(ExitCodes.Failure, $"The model of run '{run}' cannot be used: {received.Error}");
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                return null;
            }
        }, cancellation, run);
    }

    public void Dispose() => _nodes.Dispose();

    private static async Task<(CoordinatorNode Node, AsyncServerStreamingCall<RunEvent> Call, bool More)> OpenWatchAsync(
        CoordinatorNode node, WatchRequest request, CancellationToken cancellation)
    {
        var call = node.Runs.Watch(request, cancellationToken: cancellation);
        try
        {
            return (node, call, await call.ResponseStream.MoveNext(cancellation));
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private Task<T> AskAsync<T>(
        Func<Runs.RunsClient, CallOptions, AsyncUnaryCall<T>> ask, CancellationToken cancellation, string run = "") => _nodes.AskAsync(
            node => ask(node.Runs, new CallOptions(deadline: (environment.Time.GetUtcNow() + Patience).UtcDateTime, cancellationToken: cancellation))
                .ResponseAsync,
            cancellation, run);
}
