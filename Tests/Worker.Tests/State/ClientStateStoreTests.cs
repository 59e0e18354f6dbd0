using Federated.Core.Algorithms;
using Federated.Worker.State;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.State;

/// <summary>Real files. <see cref="Store"/> makes a new store each time, as a restarted worker does.</summary>
public sealed class ClientStateStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ClientStateStore Store => new("run-1", Path.Combine(_folder.Path, "run-1"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Client_without_files_has_the_empty_state_and_gets_no_folder()
    {
        Assert.Equal((0, 0), Loaded(Store, 5, 0));
        Assert.False(Directory.Exists(_folder.Path));
    }

    [Fact]
    public void State_of_a_round_that_is_not_committed_is_not_loaded_for_it_and_is_dropped_when_a_later_round_is_asked()
    {
        Save(Store, round: 1, value: 10);
        Assert.Equal((0, 0), Loaded(Store, 1, 0));
        Assert.Single(Files());

        Assert.Equal((0, 0), Loaded(Store, 2, 0));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Whoever_waits_for_deletions_finds_nothing_of_them()
    {
        for (var run = 0; run < 20; run++) Save(new ClientStateStore($"run-{run}", Path.Combine(_folder.Path, $"run-{run}")), 1, value: 1);
        var states = new ClientStates(_folder.Path);
        var deletions = Enumerable.Range(0, 20).Select(run => states.DeleteAsync($"run-{run}")).ToList();

        await states.DeletedAsync();

        Assert.All(deletions, deletion => Assert.True(deletion.IsCompletedSuccessfully));
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public async Task State_that_the_coordinator_names_is_loaded_also_after_a_restart()
    {
        await CommitAsync(1, 3, 4);

        Assert.Equal((4, 4), Loaded(Store, 9, 4));
        // Round 4 once more: from where it began.
        Save(Store, 4, value: 99);
        Assert.Equal((3, 3), Loaded(Store, 4, 3));
    }

    [Fact]
    public async Task States_of_updates_that_were_not_counted_are_dropped_although_their_rounds_are_committed()
    {
        await CommitAsync(1);
        // Trained for rounds 2 and 3, too late both times; the rounds are committed without it.
        Save(Store, 2, value: 20);
        await Store.CommittedAsync(2, attempt: 1, []);
        Save(Store, 3, value: 30);
        await Store.CommittedAsync(3, attempt: 1, []);

        Assert.Equal((1, 1), Loaded(Store, 4, 1));
        Assert.Equal(["round-001.state"], Files());
        // Nor does a client whose first update was too late begin with its state.
        Save(Store, 3, value: 30, client: "b");
        await Store.CommittedAsync(3, attempt: 1, []);
        Assert.Equal((0, 0), Loaded(Store, 4, 0, "b"));
    }

    [Fact]
    public void State_that_was_counted_is_loaded_although_the_commit_was_not_heard_of()
    {
        Save(Store, 2, value: 2);
        Assert.Equal((2, 2), Loaded(Store, 3, 2));
    }

    [Fact]
    public async Task Rounds_that_a_run_makes_again_do_not_find_the_states_of_before()
    {
        await CommitAsync(1, 2, 3);
        // The run is set back to round 1, and round 2 is made again, with another result.
        Assert.Equal((1, 1), Loaded(Store, 2, 1));
        Save(Store, 2, value: 22);
        await Store.CommittedAsync(2, attempt: 1, []);

        Assert.Equal((22, 2), Loaded(Store, 3, 2));
        // The client is not asked in round 3.
        Assert.Equal((22, 2), Loaded(Store, 4, 2));
        Assert.DoesNotContain("round-003.state", Files());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Another_round_than_the_one_that_is_named_will_not_do(int stateRound)
    {
        await CommitAsync(1, 3, 5);

        var read = Store.Load("a", 7, stateRound);

        Assert.Null(read.State);
        Assert.StartsWith($"The state that client 'a' kept in round {stateRound} is not in this worker's state-dir, and round 7 cannot be trained without it.", read.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_three_committed_states_are_kept()
    {
        await CommitAsync(1, 2, 5, 7, 8);

        Assert.Equal(["round-005.state", "round-007.state", "round-008.state"], Files());
    }

    [Fact]
    public async Task State_of_the_attempt_that_made_the_round_counts()
    {
        Save(Store, 1, value: 1, attempt: 1);
        await Store.CommittedAsync(1, attempt: 2, []);
        Assert.Empty(Files());

        Save(Store, 2, value: 2, attempt: 1);
        Save(Store, 2, value: 3, attempt: 3);
        await Store.CommittedAsync(2, attempt: 3, []);
        Assert.Equal((3, 2), Loaded(Store, 3, 2));
    }

    [Fact]
    public async Task Rounds_whose_commit_was_missed_count_when_a_later_one_is_committed()
    {
        Save(Store, 2, value: 2);

        await Store.CommittedAsync(4, attempt: 1, []);

        Assert.Equal((2, 2), Loaded(Store, 5, 2));
    }

    [Fact]
    public async Task Load_knows_of_a_commit_whose_files_are_not_changed_yet()
    {
        var store = Store;
        Save(store, 1, value: 7);

        var files = store.CommittedAsync(1, 0, []);

        Assert.Equal((7, 1), Loaded(store, 2, 1));
        await files;
        Assert.Equal(["round-001.state"], Files());
    }

    [Fact]
    public async Task Torn_file_is_reported_and_not_used_and_half_written_ones_are_swept()
    {
        await CommitAsync(1, 2);
        var path = Path.Combine(_folder.Path, "run-1", "client-a", "round-002.state");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..^1]);
        await File.WriteAllTextAsync(path + ".tmp", "half");

        var read = Store.Load("a", 3, 2);

        Assert.Null(read.State);
        Assert.Contains($"'{path}' is torn or was changed", read.Error);
        Assert.Equal(["round-001.state", "round-002.state"], Files());
    }

    [Fact]
    public async Task File_of_another_client_under_this_ones_name_is_refused()
    {
        await CommitAsync(1);
        Save(Store, 1, value: 1, client: "b");
        File.Copy(Path.Combine(_folder.Path, "run-1", "client-b", "round-001.attempt-1.state"), Path.Combine(_folder.Path, "run-1", "client-a", "round-001.state"), overwrite: true);

        Assert.Contains("is of client 'b' in round 1 of run run-1", Store.Load("a", 2, 1).Error);
    }

    [Fact]
    public async Task States_that_a_run_which_is_set_back_would_need_are_kept_beside_the_last_three()
    {
        var last = 0;
        for (var round = 1; round <= 9; round++)
        {
            var store = Store;
            store.Save("a", round, 1, store.Load("a", round, last).Base, ClientState.Empty.With("v", new[] { (float)round }));
            // The best round was the third, and checkpoints of the last five are kept.
            await store.CommittedAsync(round, 1, [3, .. Enumerable.Range(round - 4, 5).Where(kept => kept > 3)]);
            last = round;
        }
        foreach (var round in new[] { 9, 8, 7, 6, 5, 3 }) Assert.Equal((round, round), Loaded(Store, 10, round));
    }

    [Fact]
    public async Task State_of_an_update_that_was_not_counted_takes_no_place_of_one_that_was()
    {
        await CommitAsync(1, 2, 3);
        Save(Store, 4, value: 40);
        // Rounds 4 to 6 are committed without it, and 3 is not the last of three any more.
        await Store.CommittedAsync(6, 1, [4, 5, 6]);
        Assert.Equal((3, 3), Loaded(Store, 7, 3));
    }

    [Fact]
    public async Task Clients_of_any_name_have_states_of_their_own()
    {
        string[] names = ["a", "A", "a/b", "a%2fb", "..", "con", "北", new string('x', 256), new string('x', 255) + "y"];
        for (var i = 0; i < names.Length; i++) Save(Store, 1, value: i + 1, client: names[i]);
        await Store.CommittedAsync(1, 1, []);

        Assert.Equal(Enumerable.Range(1, names.Length).Select(i => (float)i), names.Select(name => Loaded(Store, 2, 1, name).Value));
        Assert.Equal(names.Length, names.Select(ClientFolder.NameOf).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names.Select(ClientFolder.NameOf), name => Assert.InRange(name.Length, 1, 200));
        Assert.Equal(["run-1"], Directory.GetFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task Deleted_run_leaves_nothing_and_another_of_its_name_begins_empty()
    {
        var states = new ClientStates(_folder.Path);
        var first = await states.OpenAsync("run-1");
        Save(first, 1, value: 1);
        await first.CommittedAsync(1, 0, []);

        var deletion = states.DeleteAsync("run-1");
        var second = await states.OpenAsync("run-1");

        Assert.True(deletion.IsCompletedSuccessfully);
        Assert.Equal((0, 0), Loaded(second, 2, 0));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "run-1")));
        // Training that goes on in the first run is not kept.
        Save(first, 2, value: 2);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "run-1")));
        await states.DeleteAsync("run-2");
    }

    private async Task CommitAsync(params int[] rounds)
    {
        var last = 0;
        foreach (var round in rounds)
        {
            var store = Store;
            store.Save("a", round, 1, store.Load("a", round, last).Base, ClientState.Empty.With("v", new[] { (float)round }));
            await store.CommittedAsync(round, 1, []);
            last = round;
        }
    }

    private static void Save(ClientStateStore store, int round, float value, int attempt = 1, string client = "a") =>
        store.Save(client, round, attempt, from: 0, ClientState.Empty.With("v", new[] { value }));

    private static (float Value, int Base) Loaded(ClientStateStore store, int round, int stateRound, string client = "a")
    {
        var read = store.Load(client, round, stateRound);
        Assert.Equal("", read.Error);
        return (read.State!.Vectors.TryGetValue("v", out var values) ? values.Span[0] : 0, read.Base);
    }

    private string[] Files() => [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)).Order()];
}
