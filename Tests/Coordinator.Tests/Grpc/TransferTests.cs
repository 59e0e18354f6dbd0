using Federated.Coordinator.Actors;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;

namespace Federated.Coordinator.Tests.Grpc;

public sealed class TransferTests
{
    [Fact]
    public async Task Download_streams_what_is_published_and_counts_its_bytes()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);
        var parameters = new ParameterVector(Uploads.Schema, [.. Uploads.Values]);
        server.Store.Publish("run-1", parameters);
        var reference = new ParametersRef { Sha256 = parameters.Hash, SchemaHash = Uploads.Schema.Hash, Count = 6 };

        using var call = server.Transfer.Download(new DownloadRequest { Run = "run-1", Sha256 = parameters.Hash });
        var received = await ParameterReceiver.ReceiveAsync(call.ResponseStream, reference, Uploads.Schema, CancellationToken.None);

        Assert.True(received.Ok);
        Assert.Equal<float>(Uploads.Values, received.Value.Values.ToArray());
        Assert.Equal(new BytesMoved("run-1", Down: 24, Up: 0), await server.ToldAsync<BytesMoved>());
    }

    [Fact]
    public async Task Download_of_retired_parameters_is_not_found()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);
        var parameters = new ParameterVector(Uploads.Schema, [.. Uploads.Values]);
        server.Store.Publish("run-1", parameters);
        server.Store.Retire("run-1", parameters.Hash);

        using var call = server.Transfer.Download(new DownloadRequest { Run = "run-1", Sha256 = parameters.Hash });
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Empty(server.ToldSoFar());
    }

    [Fact]
    public async Task Download_for_an_impossible_run_is_an_invalid_argument()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);
        using var call = server.Transfer.Download(new DownloadRequest { Run = "../etc", Sha256 = "x" });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task Report_reaches_the_round_and_brings_its_verdict_back()
    {
        await using var server = await GrpcServer.StartAsync(message => message is OfferReport ? new Verdict { Refused = Refusal.WrongRound, Detail = "Late." } : null);
        var report = Evaluated();

        var verdict = await server.Transfer.ReportAsync(report);

        Assert.Equal((Refusal.WrongRound, "Late."), (verdict.Refused, verdict.Detail));
        Assert.Equal(report, (await server.ToldAsync<OfferReport>()).Report);
    }

    public static TheoryData<string, Refusal> BadReports => new()
    {
        { "NaN loss", Refusal.NotFinite },
        { "NaN seconds", Refusal.Malformed },
        { "more right than seen", Refusal.Malformed },
        { "no outcome", Refusal.Malformed },
        { "no id", Refusal.Malformed },
        { "metrics of a train task", Refusal.Malformed },
        { "a novel for a reason", Refusal.Malformed },
    };

    [Theory]
    [MemberData(nameof(BadReports))]
    public async Task Bad_report_is_refused_and_never_reaches_the_round(string fault, Refusal reason)
    {
        await using var server = await GrpcServer.StartAsync(_ => new Verdict());
        var report = Evaluated();
        switch (fault)
        {
            case "NaN loss": report.Metrics.LossSum = double.NaN; break;
            case "NaN seconds": report.ComputeSeconds = double.NaN; break;
            case "more right than seen": report.Metrics.Correct = 6; break;
            case "no outcome": report.ClearOutcome(); break;
            case "no id": report.Id = null; break;
            case "metrics of a train task": report.Id = Uploads.Train(); break;
            case "a novel for a reason": report.Failure = new TaskFailure { Reason = new string('x', 2001) }; break;
        }

        var verdict = await server.Transfer.ReportAsync(report);

        Assert.Equal(reason, verdict.Refused);
        Assert.Empty(server.ToldSoFar());
    }

    private static TaskReport Evaluated() => new()
    {
        Id = new TaskId { Run = "run-1", Round = 2, Attempt = 1, Kind = TaskKind.Evaluate, Slice = 1 },
        ComputeSeconds = 0.25,
        Metrics = new Metrics { Examples = 5, LossSum = 1.5, Correct = 4 },
    };
}
