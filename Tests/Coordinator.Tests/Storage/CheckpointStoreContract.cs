using System.Collections.Immutable;
using System.Security.Cryptography;
using Federated.Coordinator.Storage;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;
using Federated.V1;

namespace Federated.Coordinator.Tests.Storage;

/// <summary>What every checkpoint store keeps to.</summary>
public abstract class CheckpointStoreContract
{
    /// <summary>A run that no other test uses.</summary>
    protected const string Run = "run-1";

    protected abstract ICheckpointStore Store { get; }

    /// <summary>What is kept of a run, by name, past the store.</summary>
    protected abstract Task<ImmutableSortedDictionary<string, byte[]>> ContentAsync(string run);

    /// <summary>Puts bytes under a name, past the store.</summary>
    protected abstract Task PutAsync(string run, string name, byte[] bytes);

    [ContractFact]
    public async Task What_was_written_comes_back_bit_by_bit()
    {
        foreach (var state in new[] { States.Small(0), States.Small(12), States.Small(12) with { Slots = States.Slots() }, States.Large(3, 700_001) })
            States.AssertSame(state, await ReadBackAsync(state));
    }

    [ContractFact]
    public async Task The_receipt_says_what_was_kept()
    {
        var state = States.Small(12);

        var receipt = await WriteAsync(state, epoch: 3);

        var (name, bytes) = Assert.Single(await ContentAsync(Run));
        Assert.Equal("round-0000012-epoch-3.safetensors", name);
        Assert.Equal(
            new Checkpoint
            {
                Name = name,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
                ParametersSha256 = state.Parameters.Hash,
                Bytes = (ulong)bytes.Length,
            }, receipt);
    }

    [ContractFact]
    public async Task The_same_state_gives_the_same_file_whatever_was_there()
    {
        var first = await WriteAsync(States.Small(1));
        var content = (await ContentAsync(Run))[first.Name];
        await PutAsync(Run, first.Name, new byte[3_000_000]);

        var second = await WriteAsync(States.Small(1));

        Assert.Equal(first, second);
        Assert.Equal(content, Assert.Single(await ContentAsync(Run)).Value);
    }

    [ContractFact]
    public async Task Two_epochs_of_a_round_lie_side_by_side()
    {
        var (mine, other) = (States.Small(4), States.Small(4) with { Slots = States.Slots() });
        var (first, second) = (await WriteAsync(mine, epoch: 1), await WriteAsync(other, epoch: 2));

        States.AssertSame(mine, (await ReadAsync(first, 4)).State);
        States.AssertSame(other, (await ReadAsync(second, 4)).State);
    }

    [ContractFact]
    public async Task Many_at_once_do_not_disturb_each_other()
    {
        var states = Enumerable.Range(0, 12).Select(i => States.Large(i / 2, 40_000));
        var writes = states.Select(state => (State: state, Task: WriteAsync(state))).ToArray();
        await Task.WhenAll(writes.Select(write => write.Task));

        var read = await Task.WhenAll(writes.Select(async write => await ReadAsync(await write.Task, write.State.Round)));

        Assert.Equal(6, (await ContentAsync(Run)).Count);
        foreach (var (write, result) in writes.Zip(read)) States.AssertSame(write.State, result.State);
    }

    [ContractFact]
    public async Task A_missing_checkpoint_is_said_with_its_name()
    {
        var receipt = await WriteAsync(States.Small(1));
        await Store.DeleteAsync(Run, [receipt.Name], CancellationToken.None);

        AssertWrong(receipt, await ReadAsync(receipt, 1), "is missing");
        AssertWrong(receipt, await Store.ReadAsync("run-never-seen", receipt, 1, CancellationToken.None), "is missing");
    }

    [ContractFact]
    public async Task A_checkpoint_cut_anywhere_is_said_to_be_torn()
    {
        var receipt = await WriteAsync(States.Small(1));
        var whole = (await ContentAsync(Run))[receipt.Name];
        for (var length = 0; length < whole.Length; length++)
        {
            await PutAsync(Run, receipt.Name, whole[..length]);
            AssertWrong(receipt, await ReadAsync(receipt, 1), $"is torn: it has {length} of the {whole.Length} bytes");
        }
    }

    [ContractFact]
    public async Task A_checkpoint_with_a_byte_too_many_is_said_to_be_longer()
    {
        var receipt = await WriteAsync(States.Small(1));
        await PutAsync(Run, receipt.Name, [.. (await ContentAsync(Run))[receipt.Name], 0]);

        AssertWrong(receipt, await ReadAsync(receipt, 1), "is longer than what was written");
    }

    [ContractFact]
    public async Task One_changed_bit_anywhere_is_noticed()
    {
        var receipt = await WriteAsync(States.Small(1));
        var whole = (await ContentAsync(Run))[receipt.Name];
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            await PutAsync(Run, receipt.Name, changed);
            AssertWrong(receipt, await ReadAsync(receipt, 1), "was changed");
        }
    }

    [ContractFact]
    public async Task A_receipt_that_does_not_fit_is_refused()
    {
        var receipt = await WriteAsync(States.Small(1));

        AssertWrong(receipt, await ReadAsync(receipt, 2), "is of round 1, not 2");
        AssertWrong(receipt, await ReadAsync(new(receipt) { Bytes = ulong.MaxValue }, 1), "is torn");
        AssertWrong(receipt, await ReadAsync(new(receipt) { Bytes = 0 }, 1), "is longer");
        AssertWrong(receipt, await ReadAsync(new(receipt) { Sha256 = "" }, 1), "was changed");
        AssertWrong(receipt, await ReadAsync(new(receipt) { ParametersSha256 = new('0', 64) }, 1), "has the parameters");
        var renamed = new Checkpoint(receipt) { Name = receipt.Name.Replace("0000001", "0000002", StringComparison.Ordinal) };
        await PutAsync(Run, renamed.Name, (await ContentAsync(Run))[receipt.Name]);
        AssertWrong(renamed, await ReadAsync(renamed, 2), "is of round 1; 2 is expected");
    }

    [ContractFact]
    public async Task Bytes_that_are_as_written_but_no_checkpoint_are_refused()
    {
        var receipt = await WriteAsync(States.Small(1));
        foreach (var bytes in new byte[][] { [], [1, 2, 3], new byte[100], [.. Enumerable.Repeat((byte)255, 5000)] })
        {
            await PutAsync(Run, receipt.Name, bytes);
            var fitting = new Checkpoint(receipt) { Bytes = (ulong)bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
            AssertWrong(receipt, await ReadAsync(fitting, 1), "is not a checkpoint: the file");
        }
    }

    [ContractFact]
    public async Task A_model_without_a_round_is_no_checkpoint()
    {
        var receipt = await WriteAsync(States.Small(1));
        using var model = new MemoryStream();
        await Safetensors.WriteAsync(model, States.Small(1).Parameters, CancellationToken.None);
        await PutAsync(Run, receipt.Name, model.ToArray());
        var fitting = new Checkpoint(receipt) { Bytes = (ulong)model.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(model.ToArray())) };

        AssertWrong(receipt, await ReadAsync(fitting, 1), "is of round (none); 1 is expected");
    }

    [ContractFact]
    public async Task Values_that_are_not_finite_are_refused_and_nothing_is_kept()
    {
        var good = States.Small(1);
        foreach (var bad in new[] { float.NaN, BitConverter.Int32BitsToSingle(0x7fc0_1234), float.PositiveInfinity, float.NegativeInfinity })
        {
            var parameters = new ParameterVector(good.Parameters.Schema, [1, 2, 3, bad, 5, 6, 7]);
            await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(good with { Parameters = parameters }));
            var error = await Assert.ThrowsAsync<ArgumentException>(
                () => WriteAsync(good with { Slots = good.Slots.SetItem("v", new float[] { 1, 2, 3, 4, 5, 6, bad }) }));
            Assert.StartsWith("The v of run run-1 after round 1 have NaN or infinity among them.", error.Message);
        }
        Assert.Empty(await ContentAsync(Run));
    }

    [ContractFact]
    public async Task What_a_file_cannot_have_is_refused_and_nothing_is_kept()
    {
        var good = States.Small(1);
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(good with { Parameters = new(new([new("__metadata__", [7])]), new float[7]) }));
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(good with { Slots = States.Slots(("v", Array.Empty<float>())) }));
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(good with { Slots = States.Slots(("", new float[7])) }));

        Assert.Empty(await ContentAsync(Run));
    }

    [ContractFact]
    public async Task Ids_that_could_be_paths_are_refused()
    {
        var receipt = await WriteAsync(States.Small(1));
        foreach (var run in new[] { "", ".", "..", "../run-1", "a/b", "A", "/tmp", "run_1", new string('a', 65) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(run, 1, States.Small(1), CancellationToken.None));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(run, receipt, 1, CancellationToken.None));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(run, [receipt.Name], CancellationToken.None));
            await Assert.ThrowsAsync<ArgumentException>(() => Store.SweepAsync(run, 9, [], CancellationToken.None));
        }
        foreach (var name in NoNames)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(Run, [receipt.Name, name], CancellationToken.None));
            var read = await ReadAsync(new(receipt) { Name = name }, 1);
            Assert.Equal((null, $"'{name}' is not the name of a checkpoint."), (read.State, read.Error));
        }
        States.AssertSame(States.Small(1), (await ReadAsync(receipt, 1)).State);
    }

    [ContractFact]
    public async Task An_epoch_or_round_out_of_range_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => WriteAsync(States.Small(1), epoch: 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => WriteAsync(States.Small(-1)));

        var highest = States.Small(int.MaxValue);
        var receipt = await WriteAsync(highest, ulong.MaxValue);
        Assert.Equal("round-2147483647-epoch-18446744073709551615.safetensors", receipt.Name);
        States.AssertSame(highest, (await ReadAsync(receipt, int.MaxValue)).State);
    }

    [ContractFact]
    public async Task Deleting_takes_what_is_named_and_ignores_what_is_gone()
    {
        var (first, second) = (await WriteAsync(States.Small(1)), await WriteAsync(States.Small(2)));

        await Store.DeleteAsync(Run, [first.Name, "round-0000009-epoch-1.safetensors"], CancellationToken.None);
        await Store.DeleteAsync(Run, [first.Name], CancellationToken.None);
        await Store.DeleteAsync("run-never-seen", [first.Name], CancellationToken.None);

        Assert.Equal([second.Name], (await ContentAsync(Run)).Keys);
    }

    [ContractFact]
    public async Task Sweeping_takes_what_earlier_epochs_left_and_no_more()
    {
        var kept = await WriteAsync(States.Small(1), epoch: 1);
        await WriteAsync(States.Small(2), epoch: 1);
        await WriteAsync(States.Small(2), epoch: 9);
        var own = await WriteAsync(States.Small(2), epoch: 10);
        var later = await WriteAsync(States.Small(3), epoch: 11);
        var foreign = await Store.WriteAsync("run-2", 1, States.Small(2), CancellationToken.None);

        await Store.SweepAsync(Run, 10, [kept.Name], CancellationToken.None);
        await Store.SweepAsync("run-never-seen", 10, [], CancellationToken.None);

        Assert.Equal([kept.Name, own.Name, later.Name], (await ContentAsync(Run)).Keys);
        Assert.Equal([foreign.Name], (await ContentAsync("run-2")).Keys);
    }

    [ContractFact]
    public async Task Giving_up_in_the_middle_leaves_what_was_there()
    {
        var good = States.Large(1, 600_000);
        var receipt = await WriteAsync(good);
        using var source = new CancellationTokenSource();
        var watched = new States.Watched(new float[600_000], look: 20, source.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync(Run, 1, good with { Slots = States.Slots(("m", watched.Memory)) }, source.Token));

        Assert.True(watched.Happened);
        Assert.Equal([receipt.Name], (await ContentAsync(Run)).Keys);
        States.AssertSame(good, (await ReadAsync(receipt, 1)).State);
    }

    [ContractFact]
    public async Task A_write_that_fails_in_the_middle_leaves_what_was_there()
    {
        var good = States.Large(1, 600_000);
        var receipt = await WriteAsync(good);
        var watched = new States.Watched(new float[600_000], look: 20, () => throw new IOException("The disk is on fire."));

        var error = await Assert.ThrowsAsync<IOException>(() => WriteAsync(good with { Slots = States.Slots(("m", watched.Memory)) }));

        Assert.Contains(receipt.Name, error.Message, StringComparison.Ordinal);
        Assert.Contains("could not be written: The disk is on fire. ", error.Message, StringComparison.Ordinal);
        Assert.Equal([receipt.Name], (await ContentAsync(Run)).Keys);
        States.AssertSame(good, (await ReadAsync(receipt, 1)).State);
    }

    [ContractFact]
    public async Task A_cancelled_call_does_nothing()
    {
        var receipt = await WriteAsync(States.Small(1));
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.WriteAsync(Run, 1, States.Small(2), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadAsync(Run, receipt, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.DeleteAsync(Run, [receipt.Name], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.SweepAsync(Run, 9, [], cancelled));

        Assert.Equal([receipt.Name], (await ContentAsync(Run)).Keys);
    }

    /// <summary>Texts that are no checkpoint's name.</summary>
    private static readonly string[] NoNames =
    [
        "", "..", "model.safetensors", "../run-1/round-0000001-epoch-1.safetensors", "round-0000001-epoch-1.safetensors/..",
        "round-1-epoch-1.safetensors", "round-00000001-epoch-1.safetensors", "round-0000001-epoch-01.safetensors",
        "round-0000001-epoch-0.safetensors", "round-0000001-epoch-1.safetensors\n",
        "round-9999999999-epoch-1.safetensors", "round-0000001-epoch-99999999999999999999.safetensors", "round-0000001-epoch-1.safetensors.1-1.tmp",
        "round-000000१-epoch-1.safetensors",
    ];

    protected Task<Checkpoint> WriteAsync(ServerState state, ulong epoch = 1) => Store.WriteAsync(Run, epoch, state, CancellationToken.None);

    protected Task<CheckpointRead> ReadAsync(Checkpoint checkpoint, int round) => Store.ReadAsync(Run, checkpoint, round, CancellationToken.None);

    /// <summary>Fails unless the answer is one sentence that names the checkpoint and says this.</summary>
    protected static void AssertWrong(Checkpoint checkpoint, CheckpointRead read, string expected)
    {
        Assert.Null(read.State);
        Assert.Contains(checkpoint.Name, read.Error, StringComparison.Ordinal);
        Assert.Contains(expected, read.Error, StringComparison.Ordinal);
        Assert.EndsWith(".", read.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("..", read.Error, StringComparison.Ordinal);
    }

    private async Task<ServerState?> ReadBackAsync(ServerState state)
    {
        var read = await ReadAsync(await WriteAsync(state), state.Round);
        Assert.Equal("", read.Error);
        return read.State;
    }
}
