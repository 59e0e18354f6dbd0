using System.Collections.Concurrent;
using System.Net;
using Federated.Cli.Local;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire;
using Federated.Wire.Streams;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Federated.Cli.Tests.Hosting;

/// <summary>A gRPC server on a free port that knows one run and plays its events.</summary>
internal sealed class FakeCoordinator : Runs.RunsBase, ILocalCluster
{
    public const string RunId = "quiet-otter-1";
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeCoordinator(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    public Task Failure { get; } = new TaskCompletionSource().Task;

    /// <summary>What Watch sends; after these it waits for a Stop when there is an <see cref="EventAfterStop"/>.</summary>
    public IReadOnlyList<RunEvent> Events { get; init; } = [];

    /// <summary>Sent after the run was stopped.</summary>
    public RunEvent? EventAfterStop { get; init; }

    public ParameterVector? Parameters { get; init; }

    public IReadOnlyList<JobError> Refusals { get; init; } = [];

    public IReadOnlyList<uint> KeptRounds { get; init; } = [];

    public IReadOnlyList<SetAsideClient> SetAside { get; init; } = [];

    public IReadOnlyList<string> Incidents { get; init; } = [];

    /// <summary>The run's job, as Show gives it.</summary>
    public string JobYaml { get; set; } = "name: shown\n";

    /// <summary>How the run stands until somebody retries or resumes it; null: as the last of <see cref="Events"/> says. List does not know it yet.</summary>
    public RunSummary? Standing { get; set; }

    /// <summary>No run is known before one is submitted.</summary>
    public bool IsEmpty { get; set; }

    /// <summary>Comes before every call, whatever it is, and may fail it.</summary>
    public Func<ServerCallContext, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Completes when Watch has sent all of <see cref="Events"/>.</summary>
    public TaskCompletionSource AllSent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? SubmittedYaml { get; private set; }

    /// <summary>The id of every submission, in order.</summary>
    public ConcurrentQueue<string> Submissions { get; } = new();

    /// <summary>The first round that each Watch asked for, in order.</summary>
    public ConcurrentQueue<uint> WatchedFrom { get; } = new();

    public int Stops { get; private set; }

    public int Retries { get; private set; }

    public int Resumes { get; private set; }

    /// <summary>Plays nothing and refuses every call.</summary>
    /// <param name="active">Where it says that the active coordinator is; null when it does not know.</param>
    public static async Task<FakeCoordinator> StartStandbyAsync(Uri? active)
    {
        var standby = await StartAsync([]);
        standby.Before = _ => throw Standby(active);
        return standby;
    }

    public static RpcException Standby(Uri? active) =>
        new(new Status(StatusCode.Unavailable, "This coordinator node is not the active one now; try again, or ask another node."), active is null ? [] : ActiveTrailer.Write(active));

    /// <summary>Breaks the connection that a call came by.</summary>
    public static Task BreakAsync(ServerCallContext context)
    {
        context.GetHttpContext().Abort();
        return Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    public static async Task<FakeCoordinator> StartAsync(
        IReadOnlyList<RunEvent> events, ParameterVector? model = null, RunEvent? afterStop = null, IReadOnlyList<JobError>? refusals = null,
        IReadOnlyList<uint>? kept = null, IReadOnlyList<SetAsideClient>? setAside = null, IReadOnlyList<string>? incidents = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<BeforeInterceptor>());
        FakeCoordinator? fake = null;
        builder.Services.AddSingleton(_ => fake!);
        var app = builder.Build();
        app.MapGrpcService<FakeCoordinator>();
        fake = new FakeCoordinator(app)
        {
            Events = events,
            Parameters = model,
            EventAfterStop = afterStop,
            Refusals = refusals ?? [],
            KeptRounds = kept ?? [],
            SetAside = setAside ?? [],
            Incidents = incidents ?? [],
        };
        await app.StartAsync();
        fake.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return fake;
    }

    public override Task<SubmitReply> Submit(SubmitRequest request, ServerCallContext context)
    {
        SubmittedYaml = request.JobYaml;
        var reply = new SubmitReply { Run = Refusals.Count == 0 ? RunId : "" };
        reply.Errors.AddRange(Refusals);
        return Task.FromResult(reply);
    }

    public override Task<ListReply> List(ListRequest request, ServerCallContext context)
    {
        var reply = new ListReply();
        if (Events.Count > 0 && !IsEmpty) reply.Runs.Add(Standing is null ? Events[^1].Summary : RunScript.Summary(RunStatus.Queued, 0));
        return Task.FromResult(reply);
    }

    public override Task<RunDetails> Show(ShowRequest request, ServerCallContext context)
    {
        Check(request.Run);
        var details = new RunDetails { Summary = Standing ?? Events[^1].Summary, JobYaml = JobYaml };
        details.Incidents.AddRange(Incidents);
        details.KeptRounds.AddRange(KeptRounds);
        details.SetAside.AddRange(SetAside);
        details.Rounds.AddRange(Events.Where(e => e.EventCase == RunEvent.EventOneofCase.Round).Select(e => e.Round));
        return Task.FromResult(details);
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<RunEvent> responseStream, ServerCallContext context)
    {
        Check(request.Run);
        WatchedFrom.Enqueue(request.FromRound);
        foreach (var next in Events) await responseStream.WriteAsync(next, context.CancellationToken);
        AllSent.TrySetResult();
        if (EventAfterStop is null) return;
        await _stopped.Task.WaitAsync(context.CancellationToken);
        await responseStream.WriteAsync(EventAfterStop, context.CancellationToken);
    }

    public override Task<StopReply> Stop(StopRequest request, ServerCallContext context)
    {
        Check(request.Run);
        Stops++;
        _stopped.TrySetResult();
        return Task.FromResult(new StopReply { Summary = (EventAfterStop ?? Events[^1]).Summary });
    }

    public override Task<PauseReply> Pause(PauseRequest request, ServerCallContext context) =>
        Task.FromResult(new PauseReply { Summary = Changed(request.Run, RunStatus.Paused) });

    public override Task<ResumeReply> Resume(ResumeRequest request, ServerCallContext context)
    {
        (Resumes, Standing) = (Resumes + 1, null);
        return Task.FromResult(new ResumeReply { Summary = Changed(request.Run, RunStatus.Running) });
    }

    // As the real one does: only what failed or was stopped can be retried.
    public override Task<RetryReply> Retry(RetryRequest request, ServerCallContext context)
    {
        if ((Standing ?? Events[^1].Summary).Status is not (RunStatus.Failed or RunStatus.Stopped))
            throw new RpcException(new Status(StatusCode.FailedPrecondition, "The run has completed: there is nothing to retry."));
        (Retries, Standing) = (Retries + 1, null);
        return Task.FromResult(new RetryReply { Summary = Changed(request.Run, RunStatus.Queued) });
    }

    public override async Task Model(ModelRequest request, IServerStreamWriter<ModelPart> responseStream, ServerCallContext context)
    {
        Check(request.Run);
        var round = request.HasRound ? request.Round : Events[^1].Summary.Round;
        if (Parameters is null || (request.HasRound && !KeptRounds.Contains(round))) throw new RpcException(new Status(StatusCode.FailedPrecondition, "No such parameters."));
        await ParameterSender.SendModelAsync(responseStream, (int)round, Parameters, context.CancellationToken);
    }

    /// <summary>Ends it as a killed process would: at once, with every connection.</summary>
    public Task KillAsync() => _app.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static RunSummary Changed(string run, RunStatus status)
    {
        Check(run);
        return RunScript.Summary(status, 1);
    }

    private static void Check(string run)
    {
        if (run != RunId) throw new RpcException(new Status(StatusCode.NotFound, $"There is no run '{run}'."));
    }

    private sealed class BeforeInterceptor(FakeCoordinator fake) : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            if (request is SubmitRequest submit) fake.Submissions.Enqueue(submit.Submission);
            await fake.Before(context);
            return await continuation(request, context);
        }

        public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            await fake.Before(context);
            await continuation(request, responseStream, context);
        }
    }
}
