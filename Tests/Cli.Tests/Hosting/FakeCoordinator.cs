using System.Net;
using Federated.Cli.Local;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;
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

    /// <summary>Completes when Watch has sent all of <see cref="Events"/>.</summary>
    public TaskCompletionSource AllSent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? SubmittedYaml { get; private set; }

    public int Stops { get; private set; }

    public static async Task<FakeCoordinator> StartAsync(
        IReadOnlyList<RunEvent> events, ParameterVector? model = null, RunEvent? afterStop = null, IReadOnlyList<JobError>? refusals = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        FakeCoordinator? fake = null;
        builder.Services.AddSingleton(_ => fake!);
        var app = builder.Build();
        app.MapGrpcService<FakeCoordinator>();
        fake = new FakeCoordinator(app) { Events = events, Parameters = model, EventAfterStop = afterStop, Refusals = refusals ?? [] };
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
        if (Events.Count > 0) reply.Runs.Add(Events[^1].Summary);
        return Task.FromResult(reply);
    }

    public override Task<RunDetails> Show(ShowRequest request, ServerCallContext context)
    {
        Check(request.Run);
        var details = new RunDetails { Summary = Events[^1].Summary, JobYaml = "name: shown\n" };
        details.Rounds.AddRange(Events.Where(e => e.EventCase == RunEvent.EventOneofCase.Round).Select(e => e.Round));
        return Task.FromResult(details);
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<RunEvent> responseStream, ServerCallContext context)
    {
        Check(request.Run);
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

    public override async Task Model(ModelRequest request, IServerStreamWriter<ModelPart> responseStream, ServerCallContext context)
    {
        Check(request.Run);
        if (Parameters is null) throw new RpcException(new Status(StatusCode.FailedPrecondition, "No parameters yet."));
        await ParameterSender.SendModelAsync(responseStream, (int)Events[^1].Summary.Round, Parameters, context.CancellationToken);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Check(string run)
    {
        if (run != RunId) throw new RpcException(new Status(StatusCode.NotFound, $"There is no run '{run}'."));
    }
}
