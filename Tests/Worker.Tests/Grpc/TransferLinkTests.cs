using Federated.V1;
using Federated.Worker.Grpc;
using Federated.Worker.Tests.Fakes;
using Grpc.Core;

namespace Federated.Worker.Tests.Grpc;

public sealed class TransferLinkTests : IAsyncLifetime
{
    private readonly TransferServer _server = new()
    {
        Corrupt = 1,
        Unavailable = 1,
        Verdict = new Verdict { Refused = Refusal.Duplicate, Detail = "Counted." },
    };
    private readonly TransferLink _link = new(TimeSpan.FromSeconds(30));
    private readonly TaskId _train = new() { Run = "run-1", Round = 1, Attempt = 1, Client = "a", Kind = TaskKind.Train };

    public async Task InitializeAsync()
    {
        await _server.StartAsync();
        _link.Connect(_server.Address);
    }

    public async Task DisposeAsync()
    {
        _link.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Download_of_other_values_is_an_error_and_of_the_right_ones_a_value()
    {
        var wanted = new ParametersRef { Sha256 = _server.Parameters.Hash, SchemaHash = FakeEngine.TheSchema.Hash, Count = 4 };

        var corrupt = await _link.DownloadAsync("run-1", wanted, FakeEngine.TheSchema, default);
        var right = await _link.DownloadAsync("run-1", wanted, FakeEngine.TheSchema, default);

        Assert.False(corrupt.Ok);
        Assert.Equal([1f, 2f, 3f, 4f], right.Value!.Values.ToArray());
    }

    [Fact]
    public async Task Upload_fails_in_a_way_that_may_pass_and_then_carries_values_and_verdict()
    {
        var training = new Metrics { Examples = 1, LossSum = 1 };
        var header = new UploadHeader { Id = _train, SchemaHash = FakeEngine.TheSchema.Hash, Examples = 10, Training = training };

        var away = await Assert.ThrowsAsync<RpcException>(() => _link.UploadAsync(header, new float[] { 5, 6, 7, 8 }, default));
        var verdict = await _link.UploadAsync(header, new float[] { 5, 6, 7, 8 }, default);

        Assert.True(TransferErrors.MayPass(away));
        Assert.Equal(Refusal.Duplicate, verdict.Refused);
        Assert.Equal([5f, 6f, 7f, 8f], Assert.Single(_server.Uploads).Values);
    }

    [Fact]
    public async Task Report_carries_the_failure_and_the_verdict()
    {
        var verdict = await _link.ReportAsync(new TaskReport { Id = _train, Failure = new TaskFailure { Reason = "Broke." } }, default);

        Assert.Equal("Counted.", verdict.Detail);
        Assert.Equal("Broke.", Assert.Single(_server.Reports).Failure.Reason);
    }

    [Fact]
    public async Task Calls_go_to_the_address_that_was_connected_last()
    {
        await using var successor = await new TransferServer().StartAsync();
        _link.Connect(successor.Address);

        await _link.ReportAsync(new TaskReport { Id = _train }, default);

        Assert.Single(successor.Reports);
        Assert.Empty(_server.Reports);
    }

    [Fact]
    public async Task Server_that_has_gone_is_a_failure_that_may_pass()
    {
        await _server.DisposeAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => _link.ReportAsync(new TaskReport { Id = _train }, default));

        Assert.True(TransferErrors.MayPass(error));
    }

    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Unimplemented)]
    [InlineData(StatusCode.Unauthenticated)]
    [InlineData(StatusCode.InvalidArgument)]
    public void Errors_that_every_repetition_meets_do_not_pass(StatusCode code) =>
        Assert.False(TransferErrors.MayPass(new RpcException(new Status(code, ""))));

    [Theory]
    [InlineData("http://127.0.0.1:5600", true)]
    [InlineData("https://coordinator.example/", true)]
    [InlineData("127.0.0.1:5600", false)]
    [InlineData("ftp://host", false)]
    [InlineData("", false)]
    public void Address_is_an_http_url(string address, bool expected) => Assert.Equal(expected, TransferLink.IsAddress(address));
}
