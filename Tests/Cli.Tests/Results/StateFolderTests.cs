using Federated.Cli.Results;
using Federated.Cli.Tests.Hosting;

namespace Federated.Cli.Tests.Results;

public sealed class StateFolderTests : IDisposable
{
    private readonly CommandHarness _command = new();

    private string Results => Path.Combine(_command.Folder, "out");

    public void Dispose() => _command.Dispose();

    [Fact]
    public void TryTake_is_null_while_another_has_the_folder()
    {
        using (StateFolder.Take(Results)) Assert.Null(StateFolder.TryTake(Results));

        using var next = StateFolder.TryTake(Results);
        Assert.NotNull(next);
    }

    [Fact]
    public void Dispose_before_a_run_has_begun_leaves_no_trace()
    {
        StateFolder.Take(Results).Dispose();

        Assert.False(Directory.Exists(Results));
    }

    [Fact]
    public void Dispose_leaves_what_others_put_into_the_folder()
    {
        var mine = _command.Write("out/mine.txt", "mine");

        StateFolder.Take(Results).Dispose();

        Assert.Equal([mine], Directory.GetFileSystemEntries(Results));
    }

    [Fact]
    public void Dispose_keeps_the_state_of_a_run_that_can_go_on()
    {
        using (var state = StateFolder.Take(Results))
        {
            _command.Write("out/job.yaml", "name: kept\n");
            _command.Write("out/state/journal.db", "");
        }

        Assert.True(ResultsFolder.CanGoOn(Results));
    }

    [Fact]
    public void NewIn_gives_runs_that_start_in_the_same_second_a_folder_each()
    {
        var (first, one) = ResultsFolder.NewIn(_command.Folder, "digits", DateTimeOffset.UnixEpoch);
        var (second, two) = ResultsFolder.NewIn(_command.Folder, "digits", DateTimeOffset.UnixEpoch);
        using (one)
        using (two)
        {
            Assert.Equal(Path.Combine(_command.Folder, "digits-19700101-000000"), first);
            Assert.Equal($"{first}-2", second);
        }
    }
}
