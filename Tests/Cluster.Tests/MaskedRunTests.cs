using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Federated.Cluster.Tests.Processes;
using Federated.Core;
using Federated.V1;
using Grpc.Net.Client;

namespace Federated.Cluster.Tests;

/// <summary>Masked runs of real processes, which are killed in each phase of the protocol.</summary>
public sealed class MaskedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Of ten clients one, or three, are on a worker that dies when it comes to a phase; seven hold every secret. Clients that have not advertised are trained elsewhere; those that have masked count although they reveal nothing.
    [UnixTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Run_goes_on_when_a_worker_is_killed_in_any_phase(int lost)
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        var steady = deployment.Add(ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "worker", "--name", "steady", "--coordinator", deployment.Cluster, "--slots", Text(10 - lost), "--state-dir", "steady"));
        await steady.LineAsync(line => line.StartsWith("worker ready: ", StringComparison.Ordinal));
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        foreach (var phase in new[] { "train", "share", "mask", "unmask" })
        {
            var dying = deployment.Add(ProcessUnderTest.Start(DotNet.FaultyWorker, _folder.Path, ImmutableDictionary<string, string>.Empty.Add("FEDERATED_TEST_KILL_AT", phase),
                "--name", phase, "--seeds", deployment.Cluster, "--slots", Text(lost), "--state-dir", phase));
            await dying.LineAsync(line => line.StartsWith("worker ready: ", StringComparison.Ordinal));

            var rounds = await RunAsync(new(channel), Jobs.MaskedRounds);
            Assert.Equal(128 + 9, await dying.ExitAsync());
            Assert.Equal([1u, 2u], rounds.Keys);
            var (first, second) = (rounds[1], rounds[2]);
            Assert.Equal((phase, 1u, (uint)(phase is "share" or "mask" ? 10 - lost : 10)), (phase, first.Attempts, first.Updates));
            Assert.Equal((10u, 9u, 7u), (first.Masked.Advertised, first.Masked.Neighbours, first.Masked.Threshold));
            Assert.Equal((1u, 10u), (second.Attempts, second.Updates));
        }
    }

    // A client that dies with its share of the noise: those that stay have more than what is accounted for.
    [UnixFact]
    public async Task Noised_run_goes_on_when_a_worker_is_killed_and_states_its_guarantee()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        var steady = deployment.Add(ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "worker", "--name", "steady", "--coordinator", deployment.Cluster, "--slots", "9", "--state-dir", "steady"));
        await steady.LineAsync(line => line.StartsWith("worker ready: ", StringComparison.Ordinal));
        var dying = deployment.Add(ProcessUnderTest.Start(DotNet.FaultyWorker, _folder.Path, ImmutableDictionary<string, string>.Empty.Add("FEDERATED_TEST_KILL_AT", "mask"),
            "--name", "dying", "--seeds", deployment.Cluster, "--slots", "1", "--state-dir", "dying"));
        await dying.LineAsync(line => line.StartsWith("worker ready: ", StringComparison.Ordinal));
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        var rounds = await RunAsync(new(channel), Jobs.NoisedRounds);
        Assert.Equal(128 + 9, await dying.ExitAsync());
        Assert.Equal((1u, 9u, 1u, 10u), (rounds[1].Attempts, rounds[1].Updates, rounds[2].Attempts, rounds[2].Updates));
        Assert.All(rounds.Values, round => Assert.Equal((0ul, null, 1.0), (round.Examples, round.Training, round.Privacy.NoiseMultiplier)));
        // Gaussian noise of z = 1 has ε = 2.7853 and 4.3478 at δ = 0.01 by the same conversion over whole orders.
        Assert.InRange(rounds[1].Privacy.Epsilon, 2.785, 2.79);
        Assert.InRange(rounds[2].Privacy.Epsilon, 4.347, 4.355);
    }

    [UnixFact]
    public async Task Coordinator_that_is_killed_in_a_masked_round_opens_a_fresh_attempt_when_it_is_back()
    {
        var ports = FreePorts.Take(2);
        var environment = ImmutableDictionary<string, string>.Empty.Add("FEDERATED_TEST_KILL_AT", "receiving:1,aggregating:2").Add("FEDERATED_TEST_KILL_MARKS", Path.Combine(_folder.Path, "marks"));
        await using var deployment = new Deployment { Folder = _folder.Path };
        ProcessUnderTest Start() => deployment.Add(ProcessUnderTest.Start(DotNet.FaultyCoordinator, _folder.Path, environment,
            "--port", Text(ports[0]), "--cluster-port", Text(ports[1]), "--state-dir", "coordinator"));
        var coordinator = Start();
        await coordinator.LineAsync(line => line.StartsWith("coordinator ready: ", StringComparison.Ordinal));
        deployment.Add(ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "worker", "--name", "w", "--coordinator", $"127.0.0.1:{Text(ports[1])}", "--slots", "4", "--state-dir", "w"));
        var job = _folder.Write("job.yaml", Jobs.MaskedRounds);
        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", job, "--watch", "--json", "--coordinator", $"http://127.0.0.1:{Text(ports[0])}");
        for (var deaths = 0; deaths < 2; deaths++)
        {
            Assert.Equal(128 + 9, await coordinator.ExitAsync());
            coordinator = Start();
        }

        Assert.True(await submit.ExitAsync() == ExitCodes.Success, submit.Transcript());
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{Text(ports[0])}");
        var runs = new Runs.RunsClient(channel);
        var details = await runs.ShowAsync(new ShowRequest { Run = (await runs.ListAsync(new())).Runs.Single().Run });
        Assert.Equal([(1u, 2u, 10u), (2u, 2u, 10u)], details.Rounds.Select(round => (round.Round, round.Attempts, round.Updates)));
        Assert.All(details.Rounds, round => Assert.Equal("the coordinator that had it is gone, and a masked attempt does not go on without it.", Assert.Single(round.FailedAttempts)));
    }

    // Clients weigh as their examples, with a cap that none reaches: W = 3823 / 1000. In one round each value of the mean is off by less than n steps / W; float32 adds roundings of values below 4.
    [Fact]
    public async Task Model_of_a_masked_round_is_that_of_the_plain_round_up_to_the_quantisation()
    {
        var (plain, masked) = await ModelsAsync("--set", "federation.rounds=1");
        Assert.InRange(plain.Zip(masked, (one, other) => Math.Abs((double)one - other)).Max(), double.Epsilon, 10 / 32767.0 / 3.823 + 1e-6);
    }

    // Over rounds: a step of gradient descent with a rate of at most 2 / L brings two models no further apart where the loss is convex and L-smooth, and neither does a mean; so the difference, in Euclidean length, grows by no more than
    // what a round's quantisation adds, sqrt(650) n steps / W. The loss of a softmax regression is convex with L = (|x|^2 + 1) / 2 at most (Boehning 1992), and pixels are 64 numbers from 0 to 1: L < 32.5, 2 / L > 0.061. float32 adds
    // for each of less than 13 steps a round, in each of two runs, less than 10^-6 in each of 650 values.
    [Fact]
    public async Task Model_of_a_masked_run_is_that_of_the_plain_run_up_to_the_quantisation_of_all_rounds()
    {
        const int rounds = 6;
        var (plain, masked) = await ModelsAsync("--set", $"federation.rounds={rounds}", "--set", "training.optimizer.learning_rate=0.05");
        var length = Math.Sqrt(plain.Zip(masked, (one, other) => ((double)one - other) * ((double)one - other)).Sum());
        Assert.InRange(length, double.Epsilon, rounds * Math.Sqrt(650) * (10 / 32767.0 / 3.823 + 2 * 13 * 1e-6));
    }

    // Examples of each digit in the training part, as the data set's own description lists them: all ten clients have them together. The tenth that clients validate with is not counted, and is rounded down or up in each of them.
    [Fact]
    public async Task Sums_by_class_are_those_of_the_data_set_without_what_clients_keep_for_validation()
    {
        double[] described = [376, 389, 380, 389, 387, 376, 377, 387, 380, 382];
        Assert.Equal(described, await CountsAsync("all"));
        var most = await CountsAsync("most", "--set", "data.validation=0.1");
        Assert.InRange(most.Sum(), 3823 * 0.9 - 10, 3823 * 0.9 + 10);
        Assert.All(most.Zip(described, (kept, of) => kept / of), share => Assert.InRange(share, 0.75, 0.999));
    }

    private async Task<double[]> CountsAsync(string name, params string[] sets)
    {
        var job = _folder.Write("job.yaml", Jobs.MaskedRounds);
        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, ["run", job, "--json", "--out", name, "--set", "federation.rounds=1", "--set", "privacy.secure_aggregation.label_counts=true", .. sets]);
        Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());
        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.Path, name, "summary.json")));
        var counts = summary.RootElement.GetProperty("label_counts");
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"], counts.GetProperty("classes").EnumerateArray().Select(each => each.GetString()));
        return [.. counts.GetProperty("counts").EnumerateArray().Select(each => each.GetDouble())];
    }

    private async Task<(float[] Plain, float[] Masked)> ModelsAsync(params string[] sets)
    {
        var job = _folder.Write("job.yaml", Jobs.MaskedRounds);
        async Task<float[]> ModelAsync(string name, params string[] more)
        {
            await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, ["run", job, "--json", "--out", name, "--set", "privacy.secure_aggregation.examples_cap=1000", .. sets, .. more]);
            Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());
            foreach (var text in await File.ReadAllLinesAsync(Path.Combine(_folder.Path, name, "metrics.jsonl")))
            {
                using var line = JsonDocument.Parse(text);
                Assert.Equal(3823, line.RootElement.GetProperty("examples").GetInt64());
                Assert.Equal(name == "plain" ? JsonValueKind.Null : JsonValueKind.Object, line.RootElement.TryGetProperty("masked", out var masked) ? masked.ValueKind : JsonValueKind.Null);
            }
            var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder.Path, name, "model.safetensors"));
            var header = (int)BitConverter.ToInt64(bytes);
            return [.. bytes.AsSpan(8 + header).ToArray().Chunk(4).Select(value => BitConverter.ToSingle(value))];
        }

        var models = (Plain: await ModelAsync("plain", "--set", "privacy.secure_aggregation={enabled: false}"), Masked: await ModelAsync("masked"));
        Assert.Equal(650, models.Plain.Length);
        return models;
    }

    private static async Task<SortedDictionary<uint, RoundReport>> RunAsync(Runs.RunsClient runs, string job)
    {
        var submitted = await runs.SubmitAsync(new SubmitRequest { JobYaml = job });
        Assert.Empty(submitted.Errors);
        var rounds = new SortedDictionary<uint, RoundReport>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var watch = runs.Watch(new WatchRequest { Run = submitted.Run }, cancellationToken: limit.Token);
        RunSummary? last = null;
        while (await watch.ResponseStream.MoveNext(limit.Token))
        {
            last = watch.ResponseStream.Current.Summary;
            if (watch.ResponseStream.Current is { EventCase: RunEvent.EventOneofCase.Round, Round: var round }) rounds[round.Round] = round;
        }
        Assert.Equal((RunStatus.Completed, ""), (last!.Status, last.Reason));
        return rounds;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
