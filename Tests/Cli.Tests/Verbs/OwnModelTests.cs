using System.Text.Json;
using Federated.Cli.Tests.Hosting;
using Federated.Coordinator.Hosting;
using Federated.Coordinator.Options;
using Federated.Core;
using Federated.Engine;
using Federated.Engine.Data;
using Federated.Engine.OwnModels;
using Federated.Worker.Hosting;
using Federated.Worker.Options;

namespace Federated.Cli.Tests.Verbs;

/// <summary>A job with a model of its own over real nodes, which train.</summary>
public sealed class OwnModelTests : IDisposable
{
    private const string Job = """
        model: {assembly: Federated.SampleModels.dll, type: Federated.SampleModels.SmallNetFactory}
        data: {clients: 4}
        federation: {rounds: 3}
        training: {batch_size: 16, optimizer: {learning_rate: 0.1}}
        """;

    private const string Refused = "The job brings a model of its own (model.assembly: Federated.SampleModels.dll), which is code that would run here, and this worker allows none. "
        + "Who trusts it puts the file into a folder and starts the worker with --allow-models FOLDER.";

    private readonly CommandHarness _command = new() { HostsNodes = true };

    public OwnModelTests() => _command.Write("job.yaml", Job);

    public void Dispose() => _command.Dispose();

    [Fact]
    public async Task Assembly_of_an_allowed_folder_is_trained()
    {
        var result = await _command.RunAsync("run", "job.yaml", "--json", "--out", "out", "--allow-models", AppContext.BaseDirectory);

        Assert.True(result.ExitCode == ExitCodes.Success, result.Error);
        using var summary = JsonDocument.Parse(result.Output);
        Assert.InRange(summary.RootElement.GetProperty("accuracy").GetDouble(), 0.8, 1);
    }

    [Fact]
    public async Task Run_without_an_allowed_folder_says_how_to_allow_it_and_starts_nothing()
    {
        var result = await _command.RunAsync("run", "job.yaml", "--out", "out");

        Assert.Equal(ExitCodes.JobInvalid, result.ExitCode);
        Assert.Contains(Refused, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_fails_with_the_workers_sentence_while_all_refuse_and_goes_on_with_one_that_allows_it()
    {
        await using var coordinator = await CoordinatorHost.StartAsync(
            new CoordinatorOptions { Port = 0, ClusterPort = 0, StateDir = Path.Combine(_command.Folder, "state"), LogLevel = "error" }, CancellationToken.None);
        await using var strict = await StartAsync("strict", coordinator, ModelFolders.None);
        var refused = await _command.RunAsync("submit", "job.yaml", "--watch", "--coordinator", coordinator.GrpcAddress.ToString());
        Assert.Equal(ExitCodes.RunFailed, refused.ExitCode);
        Assert.Contains(Refused, refused.Output + refused.Error, StringComparison.Ordinal);

        await using var open = await StartAsync("open", coordinator, new ModelFolders([AppContext.BaseDirectory]));
        await open.Attached;
        var trained = await _command.RunAsync("submit", "job.yaml", "--watch", "--coordinator", coordinator.GrpcAddress.ToString());
        Assert.True(trained.ExitCode == ExitCodes.Success, trained.Output + trained.Error);
        Assert.Contains("clients 4/4", trained.Output, StringComparison.Ordinal);
    }

    private Task<WorkerHost> StartAsync(string name, CoordinatorHost coordinator, ModelFolders models) => WorkerHost.StartAsync(
        new WorkerOptions { Name = name, Seeds = [coordinator.ClusterAddress], Slots = 1, StateDir = Path.Combine(_command.Folder, name), LogLevel = "error" },
        new TorchEngine(new DatasetStore(new DataFolders([], _command.Folder)), models));
}
