using System.Globalization;
using Federated.Cluster.Tests.Processes;
using Federated.V1;

namespace Federated.Cluster.Tests.Faults;

/// <summary>A real coordinator behind a link that fails.</summary>
public sealed class RunFollowerTests(RunFollowerTests.Served served) : IClassFixture<RunFollowerTests.Served>, IAsyncLifetime
{
    private readonly LinkProxy _link = LinkProxy.Start(served.Port);

    private string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_link.Port}");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _link.DisposeAsync();

    [Fact]
    public async Task Run_is_followed_to_its_end_through_cuts_and_every_round_is_seen_once()
    {
        await using var follower = await RunFollower.SubmitAsync([Address], Jobs.QuickRounds);

        await follower.CommittedAsync(2);
        _link.SetLive(LinkFault.Reset);
        await follower.CommittedAsync(4);
        _link.SetLive(LinkFault.BlackHole);   // nobody says so: the pings find out
        var history = await follower.EndedAsync();
        var (details, model) = (await follower.DetailsAsync(), await follower.ModelAsync());

        Assert.Equal(RunStatus.Completed, history.Summary!.Status);
        Assert.Equal([1u, 2u, 3u, 4u, 5u, 6u], history.Rounds.Keys);
        Assert.Empty(history.Conflicts);
        Assert.True(history.Interruptions.Length >= 2, history.ToString());
        Assert.Equal(details.Rounds.Select(round => round.ParametersSha256), history.Hashes);
        Assert.Equal((6, history.Hashes.Last()), (model.Round, model.Parameters.Hash));
    }

    [Fact]
    public async Task Coordinator_that_is_not_there_is_passed_over()
    {
        await using var nobody = LinkProxy.Start();
        var addresses = new[] { string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{nobody.Port}"), Address };
        await using var follower = await RunFollower.SubmitAsync(addresses, Jobs.QuickRounds);

        var place = await follower.ReachedAsync(1, "training");
        await using var second = RunFollower.Follow(addresses, follower.Run);
        await second.CommittedAsync(2);

        Assert.True(place.CompareTo(new RunPlace(1, 1, "training")) >= 0, place.ToString());
        Assert.True(nobody.Counts.Unreachable >= 2, nobody.Counts.ToString());
    }

    [Fact]
    public async Task Waiting_for_what_the_run_never_reaches_ends_with_the_run()
    {
        const string OneRound = "name: small\nmodel: { name: logistic }\ndata: { clients: 3 }\nfederation: { rounds: 1 }\n";
        await using var follower = await RunFollower.SubmitAsync([Address], OneRound);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => follower.CommittedAsync(2));

        Assert.Contains("The run ended before what was waited for.", error.Message, StringComparison.Ordinal);
        await follower.CommittedAsync(1);
    }

    [Fact]
    public async Task Job_with_errors_is_not_followed()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunFollower.SubmitAsync([Address], "name: small\nrounds: 1\n"));

        Assert.Contains("The job has errors", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A coordinator and a worker.</summary>
    public sealed class Served : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private Deployment _deployment = null!;

        /// <summary>Of the coordinator's services.</summary>
        public int Port => new Uri(_deployment.Grpc).Port;

        public async Task InitializeAsync()
        {
            _deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
            await _deployment.StartWorkerAsync("worker-1");
        }

        public async Task DisposeAsync()
        {
            await _deployment.DisposeAsync();
            _folder.Dispose();
        }
    }
}
