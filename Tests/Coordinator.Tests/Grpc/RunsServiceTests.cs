using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Grpc;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;

namespace Federated.Coordinator.Tests.Grpc;

public sealed class RunsServiceTests
{
    private static readonly RunSummary Summary = With(RunStatus.Running);

    private static readonly Func<Runs.RunsClient, string, Task>[] Changes =
    [
        (api, run) => api.StopAsync(new StopRequest { Run = run }).ResponseAsync,
        (api, run) => api.PauseAsync(new PauseRequest { Run = run }).ResponseAsync,
        (api, run) => api.ResumeAsync(new ResumeRequest { Run = run }).ResponseAsync,
        (api, run) => api.RetryAsync(new RetryRequest { Run = run }).ResponseAsync,
    ];

    [Fact]
    public async Task Submit_of_a_job_queues_it_with_every_default_written_out()
    {
        await using var server = await GrpcServer.StartAsync(message => message is SubmitJob ? new JobQueued("run-7") : null);

        var reply = await server.Api.SubmitAsync(new SubmitRequest { JobYaml = "name: mine\nmodel: { name: mlp }\n" });

        Assert.Equal("run-7", reply.Run);
        Assert.Empty(reply.Errors);
        var submitted = await server.ToldAsync<SubmitJob>();
        Assert.Equal("mine", submitted.Job.Name);
        Assert.Equal(JobWriter.Write(submitted.Job), submitted.Yaml);
    }

    [Fact]
    public async Task Submit_of_a_job_with_attackers_and_drop_outs_is_refused_unless_all_workers_are_simulated()
    {
        const string Yaml = "model: { name: mlp }\nattack: { kind: sign_flip }\nsimulation: { drop_out: 0.1 }\n";
        await using var deployed = await GrpcServer.StartAsync(_ => null);
        Assert.Equal([
            ("attack.kind", "only a simulation accepts attackers, and this coordinator is deployed: run the job with `federated run`, or set attack.kind to none."),
            ("simulation.drop_out", "only a simulation lets clients drop out on purpose, and this coordinator is deployed: run the job with `federated run`, or set simulation.drop_out to 0."),
        ], (await deployed.Api.SubmitAsync(new SubmitRequest { JobYaml = Yaml })).Errors.Select(error => (error.Path, error.Message)));
        Assert.Empty(deployed.ToldSoFar());

        await using var simulation = await GrpcServer.StartAsync(message => message is SubmitJob ? new JobQueued("run-7") : null, new TransferLimits(64 << 20, 2) { AcceptSimulated = true });
        Assert.Equal("run-7", (await simulation.Api.SubmitAsync(new SubmitRequest { JobYaml = Yaml })).Run);
    }

    [Fact]
    public async Task Submit_says_what_a_rule_keeps_in_memory()
    {
        await using var server = await GrpcServer.StartAsync(message => message is SubmitJob ? new JobQueued("run-7") : null);
        var reply = await server.Api.SubmitAsync(new SubmitRequest { JobYaml = "model: { name: logistic }\nfederation: { cohort: { minimum: 3 }, aggregation: { rule: median } }\n" });
        Assert.Equal(["median keeps all updates of a round: 10 updates of 650 values of 4 bytes are 26 kB of the coordinator's memory."], reply.Notices);
    }

    [Fact]
    public async Task Submit_passes_the_submission_on_and_refuses_one_that_cannot_be()
    {
        await using var server = await GrpcServer.StartAsync(message => message is SubmitJob ? new JobQueued("run-7") : null);
        Task<SubmitReply> SubmitAsync(string submission) =>
            server.Api.SubmitAsync(new SubmitRequest { JobYaml = "name: mine\nmodel: { name: mlp }\n", Submission = submission }).ResponseAsync;

        await SubmitAsync("");
        Assert.Equal("", (await server.ToldAsync<SubmitJob>()).Submission);
        await SubmitAsync(new string('a', 64));
        Assert.Equal(new string('a', 64), (await server.ToldAsync<SubmitJob>()).Submission);
        foreach (var wrong in new[] { new string('a', 65), "A", "a b", "ä" })
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => SubmitAsync(wrong))).StatusCode);
        Assert.Empty(server.ToldSoFar());
    }

    [Fact]
    public async Task Submit_of_a_wrong_job_answers_all_its_errors_with_path_and_line()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);

        var reply = await server.Api.SubmitAsync(new SubmitRequest { JobYaml = "model: { name: mlp }\nfederation:\n  rounds: -1\ntraining:\n  batch_size: 0\n" });

        Assert.Empty(reply.Run);
        Assert.Contains(reply.Errors, error => error is { Path: "federation.rounds", Line: 3 });
        Assert.Contains(reply.Errors, error => error is { Path: "training.batch_size", Line: 5 });
        Assert.All(reply.Errors, error => Assert.NotEmpty(error.Message));
        Assert.Empty(server.ToldSoFar());
    }

    [Fact]
    public async Task Submit_above_the_cap_is_refused_unread()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);

        var reply = await server.Api.SubmitAsync(new SubmitRequest { JobYaml = new string('#', RunsService.MaxJobBytes + 1) });

        Assert.Contains("at most 1048576", Assert.Single(reply.Errors).Message);
        Assert.Empty(server.ToldSoFar());
    }

    [Fact]
    public async Task List_answers_all_runs()
    {
        await using var server = await GrpcServer.StartAsync(message => message is GetRuns ? new ListReply { Runs = { Summary } } : null);

        Assert.Equal(Summary, Assert.Single((await server.Api.ListAsync(new ListRequest())).Runs));
    }

    [Fact]
    public async Task Show_and_Stop_answer_a_known_run()
    {
        var details = new RunDetails { Summary = Summary, JobYaml = "name: digits" };
        await using var server = await GrpcServer.StartAsync(message => message switch
        {
            GetRun => new RunFound<RunDetails>(details),
            StopRun => new RunFound<RunSummary>(Summary),
            _ => null,
        });

        Assert.Equal(details, await server.Api.ShowAsync(new ShowRequest { Run = "run-1" }));
        Assert.Equal(Summary, (await server.Api.StopAsync(new StopRequest { Run = "run-1" })).Summary);
        Assert.Equal("run-1", (await server.ToldAsync<StopRun>()).Run);
    }

    [Theory]
    [InlineData("run-9", StatusCode.NotFound)]
    [InlineData("No Such Run", StatusCode.InvalidArgument)]
    [InlineData("", StatusCode.InvalidArgument)]
    public async Task Every_question_about_an_unknown_run_says_so(string run, StatusCode expected)
    {
        await using var server = await GrpcServer.StartAsync(message => message switch
        {
            GetRun => new RunFound<RunDetails>(null),
            StopRun or PauseRun or ResumeRun or RetryRun => new RunFound<RunSummary>(null),
            WatchRun => new RunFound<RunSummary>(null),
            GetModel => new RunFound<CommittedModel>(null),
            _ => null,
        });
        using var watch = server.Api.Watch(new WatchRequest { Run = run });
        using var model = server.Api.Model(new ModelRequest { Run = run });

        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(async () => await server.Api.ShowAsync(new ShowRequest { Run = run }))).StatusCode);
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(async () => await server.Api.StopAsync(new StopRequest { Run = run }))).StatusCode);
        foreach (var change in Changes) Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(() => change(server.Api, run))).StatusCode);
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None))).StatusCode);
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(() => model.ResponseStream.MoveNext(CancellationToken.None))).StatusCode);
    }

    [Fact]
    public async Task Pause_Resume_and_Retry_answer_what_the_run_is_then()
    {
        await using var server = await GrpcServer.StartAsync(message => message switch
        {
            PauseRun => new RunFound<RunSummary>(With(RunStatus.Paused)),
            ResumeRun => new RunFound<RunSummary>(With(RunStatus.Running)),
            RetryRun => new RunFound<RunSummary>(With(RunStatus.Queued)),
            _ => null,
        });

        Assert.Equal(RunStatus.Paused, (await server.Api.PauseAsync(new PauseRequest { Run = "run-1" })).Summary.Status);
        Assert.Equal(RunStatus.Running, (await server.Api.ResumeAsync(new ResumeRequest { Run = "run-1" })).Summary.Status);
        Assert.Equal(RunStatus.Queued, (await server.Api.RetryAsync(new RetryRequest { Run = "run-1" })).Summary.Status);
        Assert.Equal<object>([new PauseRun("run-1"), new ResumeRun("run-1"), new RetryRun("run-1")], server.ToldSoFar());
    }

    [Fact]
    public async Task What_does_not_go_with_a_runs_state_fails_its_precondition_with_the_reason()
    {
        await using var server = await GrpcServer.StartAsync(_ => new RunRefused("The run has ended."));

        foreach (var change in Changes)
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => change(server.Api, "run-1"));
            Assert.Equal((StatusCode.FailedPrecondition, "The run has ended."), (error.StatusCode, error.Status.Detail));
        }
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task What_cannot_be_made_durable_is_unavailable_with_the_reason()
    {
        await using var server = await GrpcServer.StartAsync(_ => new JournalUnavailable("The disk is full."));
        Func<Runs.RunsClient, string, Task>[] all = [.. Changes, (api, _) => api.SubmitAsync(new SubmitRequest { JobYaml = "model: { name: mlp }\n" }).ResponseAsync,
            (api, _) => api.ListAsync(new ListRequest()).ResponseAsync, (api, run) => api.Watch(new WatchRequest { Run = run }).ResponseStream.MoveNext(CancellationToken.None)];

        foreach (var change in all)
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => change(server.Api, "run-1"));
            Assert.Equal((StatusCode.Unavailable, "The disk is full."), (error.StatusCode, error.Status.Detail));
        }
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task Model_streams_the_committed_parameters()
    {
        var model = new CommittedModel(4, new ParameterVector(Uploads.Schema, [.. Uploads.Values]));
        await using var server = await GrpcServer.StartAsync(message => message is GetModel ? new RunFound<CommittedModel>(model) : null);

        using var call = server.Api.Model(new ModelRequest { Run = "run-1" });
        var received = await ParameterReceiver.ReceiveModelAsync(call.ResponseStream, 1024, CancellationToken.None);

        Assert.True(received.Ok);
        Assert.Equal((4, model.Parameters.Hash), (received.Value.Round, received.Value.Parameters.Hash));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Model_asks_for_the_round_that_is_named_or_for_the_latest(int? round)
    {
        await using var server = await GrpcServer.StartAsync(message => message is GetModel ? new RunRefused("Not kept.") : null);
        var request = new ModelRequest { Run = "run-1" };
        if (round is { } named) request.Round = (uint)named;
        using var call = server.Api.Model(request);

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal((StatusCode.FailedPrecondition, "Not kept."), (error.StatusCode, error.Status.Detail));
        Assert.Equal(new GetModel("run-1", round), await server.ToldAsync<GetModel>());
    }

    [Fact]
    public async Task Model_of_a_round_that_cannot_be_is_an_invalid_argument()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);
        using var call = server.Api.Model(new ModelRequest { Run = "run-1", Round = uint.MaxValue });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Empty(server.ToldSoFar());
    }

    [Fact]
    public async Task Watch_passes_every_event_on_and_ends_with_the_run()
    {
        await using var server = await GrpcServer.StartAsync(message => message is WatchRun ? new RunFound<RunSummary>(Summary) : null);
        using var call = server.Api.Watch(new WatchRequest { Run = "run-1", FromRound = 2 });
        var watch = await server.ToldAsync<WatchRun>();
        foreach (var round in new uint[] { 2, 3, 4 }) watch.Events.TryWrite(new RunEvent { Summary = Summary, Round = new RoundReport { Round = round } });
        watch.Events.Complete();

        var rounds = new List<uint>();
        await foreach (var next in call.ResponseStream.ReadAllAsync()) rounds.Add(next.Round.Round);

        Assert.Equal(2, watch.FromRound);
        Assert.Equal([2, 3, 4], rounds);
        Assert.Same(watch.Events, (await server.ToldAsync<UnwatchRun>()).Events);
    }

    [Fact]
    public async Task Watcher_that_goes_is_unsubscribed()
    {
        await using var server = await GrpcServer.StartAsync(message => message is WatchRun ? new RunFound<RunSummary>(Summary) : null);
        using var call = server.Api.Watch(new WatchRequest { Run = "run-1" });
        var watch = await server.ToldAsync<WatchRun>();

        call.Dispose();

        Assert.Equal(new UnwatchRun("run-1", watch.Events), await server.ToldAsync<UnwatchRun>());
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task Watch_ends_as_unavailable_when_the_runs_move_away()
    {
        await using var server = await GrpcServer.StartAsync(message => message is WatchRun ? new RunFound<RunSummary>(Summary) : null);
        using var call = server.Api.Watch(new WatchRequest { Run = "run-1" });
        await server.ToldAsync<WatchRun>();

        server.Runs.Tell(PoisonPill.Instance);

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task Watch_does_not_hold_up_a_coordinator_that_stops()
    {
        await using var server = await GrpcServer.StartAsync(message => message is WatchRun ? new RunFound<RunSummary>(Summary) : null);
        using var call = server.Api.Watch(new WatchRequest { Run = "run-1" });
        await server.ToldAsync<WatchRun>();
        var next = call.ResponseStream.MoveNext(CancellationToken.None);

        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => next)).StatusCode);
    }

    private static RunSummary With(RunStatus status) => new() { Run = "run-1", Name = "digits", Status = status, Round = 2, Rounds = 5 };
}
