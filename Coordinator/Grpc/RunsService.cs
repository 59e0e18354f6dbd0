using System.Text;
using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Wire.Streams;
using Grpc.Core;
using Status = Akka.Actor.Status;

namespace Federated.Coordinator.Grpc;

/// <summary>What people ask of the coordinator, handed to RunsActor.</summary>
internal sealed class RunsService(RunsGate gate, TransferLimits limits, IHostApplicationLifetime lifetime) : Runs.RunsBase
{
    /// <summary>Largest job, in bytes of UTF-8.</summary>
    public const int MaxJobBytes = 1 << 20;

    public override async Task<SubmitReply> Submit(SubmitRequest request, ServerCallContext context)
    {
        var bytes = Encoding.UTF8.GetByteCount(request.JobYaml);
        if (bytes > MaxJobBytes) return Refused([new("job", $"The job has {bytes} bytes; at most {MaxJobBytes} are allowed.")]);
        var (job, errors) = JobReader.Read(request.JobYaml, []);
        if (job is null) return Refused(errors);
        if (!limits.AcceptSimulated && Simulated(job) is { Count: > 0 } simulated) return Refused(simulated);
        if (TaskIds.CheckSubmission(request.Submission) is { } wrong) throw Refusals.InvalidArgument(wrong);
        var runs = await gate.OpenAsync(context.CancellationToken);
        var answer = await runs.AskAsync<object>(new SubmitJob(job, JobWriter.Write(job), request.Submission), context.CancellationToken);
        return answer is JobQueued queued ? new SubmitReply { Run = queued.Run, Notices = { JobNotices.Of(job) } } : throw Refusal(answer, nameof(SubmitJob));
    }

    public override async Task<ListReply> List(ListRequest request, ServerCallContext context)
    {
        var runs = await gate.OpenAsync(context.CancellationToken);
        var answer = await runs.AskAsync<object>(GetRuns.Instance, context.CancellationToken);
        return answer as ListReply ?? throw Refusal(answer, nameof(GetRuns));
    }

    public override Task<RunDetails> Show(ShowRequest request, ServerCallContext context) =>
        FindAsync<RunDetails>(request.Run, new GetRun(request.Run), context.CancellationToken);

    public override async Task<StopReply> Stop(StopRequest request, ServerCallContext context) =>
        new() { Summary = await FindAsync<RunSummary>(request.Run, new StopRun(request.Run), context.CancellationToken) };

    public override async Task<PauseReply> Pause(PauseRequest request, ServerCallContext context) =>
        new() { Summary = await FindAsync<RunSummary>(request.Run, new PauseRun(request.Run), context.CancellationToken) };

    public override async Task<ResumeReply> Resume(ResumeRequest request, ServerCallContext context) =>
        new() { Summary = await FindAsync<RunSummary>(request.Run, new ResumeRun(request.Run), context.CancellationToken) };

    public override async Task<RetryReply> Retry(RetryRequest request, ServerCallContext context) =>
        new() { Summary = await FindAsync<RunSummary>(request.Run, new RetryRun(request.Run), context.CancellationToken) };

    public override async Task Watch(WatchRequest request, IServerStreamWriter<RunEvent> responseStream, ServerCallContext context)
    {
        Refusals.CheckRun(request.Run);
        if (request.FromRound > int.MaxValue) throw Refusals.InvalidArgument($"from_round is {request.FromRound}; at most {int.MaxValue} is allowed.");
        // A run may be watched for days: the stream must not hold up a coordinator that stops.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var events = Channel.CreateUnbounded<RunEvent>(new UnboundedChannelOptions { SingleReader = true });
        var runs = await gate.OpenAsync(ending.Token);
        var gone = CloseWhenGoneAsync(runs.Actor, events.Writer, ending.Token);
        try
        {
            var question = new WatchRun(request.Run, (int)request.FromRound, events.Writer);
            _ = Found<RunSummary>(await runs.AskAsync<object>(question, ending.Token), request.Run, nameof(WatchRun));
            await foreach (var next in events.Reader.ReadAllAsync(ending.Token)) await responseStream.WriteAsync(next, ending.Token);
        }
        finally
        {
            runs.Tell(new UnwatchRun(request.Run, events.Writer));
            await ending.CancelAsync();
            await gone;
        }
    }

    public override async Task Model(ModelRequest request, IServerStreamWriter<ModelPart> responseStream, ServerCallContext context)
    {
        if (request.Round > int.MaxValue) throw Refusals.InvalidArgument($"round is {request.Round}; at most {int.MaxValue} is allowed.");
        var get = new GetModel(request.Run, request.HasRound ? (int)request.Round : null);
        var model = await FindAsync<CommittedModel>(request.Run, get, context.CancellationToken);
        await ParameterSender.SendModelAsync(responseStream, model.Round, model.Parameters, context.CancellationToken);
    }

    private async Task<T> FindAsync<T>(string run, object question, CancellationToken cancellationToken) where T : class
    {
        Refusals.CheckRun(run);
        var runs = await gate.OpenAsync(cancellationToken);
        return Found<T>(await runs.AskAsync<object>(question, cancellationToken), run, question.GetType().Name);
    }

    private static T Found<T>(object answer, string run, string question) where T : class => answer switch
    {
        RunFound<T> { Value: { } found } => found,
        RunFound<T> => throw Refusals.UnknownRun(run),
        _ => throw Refusal(answer, question),
    };

    private static Exception Refusal(object answer, string question) => answer switch
    {
        RunRefused refused => Refusals.FailedPrecondition(refused.Detail),
        JournalUnavailable unavailable => Refusals.Unavailable(unavailable.Detail),
        Status.Failure failure => failure.Cause,
        _ => new InvalidOperationException($"{question} was answered by {answer.GetType().Name}."),
    };

    // The actor moves to another node or dies: nobody would ever complete the channel.
    private static async Task CloseWhenGoneAsync(IActorRef actor, ChannelWriter<RunEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            if (await actor.WatchAsync(cancellationToken)) events.TryComplete(new NotActiveException());
        }
        catch (OperationCanceledException)
        {
            // The watcher left first.
        }
    }

    private static List<Core.Jobs.JobError> Simulated(JobSpec job)
    {
        var errors = new List<Core.Jobs.JobError>();
        if (job.Attack.Kind != AttackKind.None)
            errors.Add(new("attack.kind", "only a simulation accepts attackers, and this coordinator is deployed: run the job with `federated run`, or set attack.kind to none."));
        if (job.Simulation.DropOut > 0)
            errors.Add(new("simulation.drop_out", "only a simulation lets clients drop out on purpose, and this coordinator is deployed: run the job with `federated run`, or set simulation.drop_out to 0."));
        return errors;
    }

    private static SubmitReply Refused(IEnumerable<Core.Jobs.JobError> errors) => new()
    {
        Errors = { errors.Select(error => new V1.JobError { Path = error.Path, Message = error.Message, Line = (uint)Math.Max(0, error.Line) }) },
    };
}
