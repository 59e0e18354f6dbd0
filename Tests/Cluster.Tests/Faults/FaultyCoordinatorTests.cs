using Federated.Cluster.Tests.Processes;
using Federated.Coordinator.Actors;
using Federated.Core;
using Federated.FaultyCoordinator;

namespace Federated.Cluster.Tests.Faults;

/// <summary>The coordinator that kills itself, as a process.</summary>
public sealed class FaultyCoordinatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Process_dies_at_a_point_once_and_passes_it_from_then_on()
    {
        await using var first = Reach("training:2");
        var killed = await first.ExitAsync();
        var mark = Path.Combine(_folder.Path, "marks", "killed-Training-2");
        Assert.True(File.Exists(mark), first.Transcript());
        Assert.Equal($"{first.Id}", File.ReadAllText(mark).Trim());
        await using var second = Reach("training:2");

        Assert.Equal((OperatingSystem.IsWindows() ? -1 : 128 + 9, ExitCodes.Success), (killed, await second.ExitAsync()));
    }

    [Fact]
    public async Task Process_passes_points_and_rounds_that_are_not_its_own()
    {
        await using var process = Reach("training:1,receiving:2,training:3");

        Assert.Equal(ExitCodes.Success, await process.ExitAsync());
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "marks")));
    }

    [Fact]
    public async Task Several_points_each_kill_once()
    {
        var codes = new List<int>();
        for (var start = 0; start < 3; start++)
        {
            await using var process = Reach("training:2,journalled:3");
            codes.Add(await process.ExitAsync());
        }

        Assert.Equal((true, true, ExitCodes.Success), (codes[0] != 0, codes[1] != 0, codes[2]));
        var marks = Directory.GetFiles(Path.Combine(_folder.Path, "marks")).Select(Path.GetFileName);
        Assert.Equal(["killed-Journalled-3", "killed-Training-2"], marks.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Wrong_points_and_a_missing_folder_of_marks_are_errors()
    {
        await using var wrong = Start(new() { ["FEDERATED_TEST_KILL_AT"] = "training:2,lunch:1" });
        await using var unmarked = Start(new() { ["FEDERATED_TEST_KILL_AT"] = "training:2" });

        Assert.True(await wrong.ExitAsync() == ExitCodes.Usage, wrong.Transcript());
        Assert.Contains("'lunch:1' is no point of a round", Assert.Single(wrong.Error), StringComparison.Ordinal);
        Assert.True(await unmarked.ExitAsync() == ExitCodes.Usage, unmarked.Transcript());
    }

    [Fact]
    public void Points_are_read_by_name_in_any_case_and_anything_else_is_an_error()
    {
        var (points, errors) = KillPoint.ReadAll(" selecting:1, CheckpointWritten:12 ,,training:0,3:1,training,training:x,training:1:1");

        Assert.Equal<KillPoint>([new(RunPoint.Selecting, 1), new(RunPoint.CheckpointWritten, 12)], points);
        Assert.Equal(5, errors.Length);
        Assert.Empty(KillPoint.ReadAll(null).Points);
    }

    [UnixFact]
    public async Task Coordinator_ends_as_the_products_own_does()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.FaultyCoordinator);

        deployment.Coordinator.Send(UnixSignal.Terminate);

        Assert.True(await deployment.Coordinator.ExitAsync() == ExitCodes.Success, deployment.Coordinator.Transcript());
    }

    // Dies at round 2 of training and round 3 of the journal.
    private ProcessUnderTest Reach(string points)
    {
        var marks = Path.Combine(_folder.Path, "marks");
        return Start(new() { ["FEDERATED_TEST_KILL_AT"] = "training:2,journalled:3", ["FEDERATED_TEST_KILL_MARKS"] = marks }, "reach", points);
    }

    private ProcessUnderTest Start(Dictionary<string, string> environment, params string[] args) =>
        ProcessUnderTest.Start(DotNet.FaultyCoordinator, _folder.Path, environment, args);
}
