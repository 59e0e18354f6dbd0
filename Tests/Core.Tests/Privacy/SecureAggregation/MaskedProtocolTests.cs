using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.Core.Privacy.SecureAggregation.Sharing;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.SecureAggregation;

public sealed class MaskedProtocolTests
{
    private static readonly MaskingRules Complete = new() { Minimum = 2 };
    private static readonly MaskingRules Signed = new() { Minimum = 2, Identities = true };
    private static readonly MaskingRules Sparse = new() { Minimum = 2, Neighbours = 8, Threshold = 4 };

    public static TheoryData<int, string> Cohorts
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var count in new[] { 2, 3, 4, 7, 10, 20 }) data.Add(count, "complete");
            foreach (var count in new[] { 3, 10 }) data.Add(count, "signed");
            foreach (var count in new[] { 12, 20, 30 }) data.Add(count, "sparse");
            return data;
        }
    }

    [Fact]
    public void Two_clients_by_hand()
    {
        // What client 1 uploads is its vector, its own mask and the pair's; of client 2 the pair's is taken away. Every mask is worked out here out of the keys that the upload's own source gave.
        var layout = new MaskedLayout(3, 8, 1);
        using var cohort = new MaskedCohort(2, Complete, layout, random: new SeededSecureRandom(1));
        var keys = new SeededSecureRandom(1);
        using var seal1 = EphemeralKey.Create(keys);
        using var mask1 = EphemeralKey.Create(keys);
        var seed1 = Draw(keys);
        using var seal2 = EphemeralKey.Create(keys);
        using var mask2 = EphemeralKey.Create(keys);
        var seed2 = Draw(keys);
        cohort.Advertise();
        Assert.True(mask2.Public.SequenceEqual(cohort.State.Advertised["client-002"].MaskKey));
        cohort.Share();
        cohort.Mask();

        var pair = KeySchedule.PairMask(MaskedCohort.Context, mask1, "client-001", mask2.Public.AsSpan(), "client-002")!;
        var (own1, own2) = (KeySchedule.SelfMask(MaskedCohort.Context, seed1, "client-001"), KeySchedule.SelfMask(MaskedCohort.Context, seed2, "client-002"));
        Assert.Equal(Expected("client-001", own1, +1), cohort.Uploads["client-001"]);
        Assert.Equal(Expected("client-002", own2, -1), cohort.Uploads["client-002"]);

        cohort.Unmask();
        Assert.Null(MaskRemoval.Remove(cohort.State, cohort.Sum, 1));
        cohort.AssertSumIsOf(cohort.Names);

        byte[] Expected(string name, byte[] own, int sign)
        {
            var bytes = new byte[3 + 8];
            for (var i = 0; i < 3; i++) bytes[i] = unchecked((byte)(MaskedCohort.Integers(name, layout)[i] + Word(own, i) + sign * Word(pair, i)));
            BitConverter.TryWriteBytes(bytes.AsSpan(3), unchecked(MaskedCohort.Scalars(name, layout)[0] + (ulong)Long(own) + (ulong)(sign * Long(pair))));
            return bytes;
        }

        // Three words of 4 bytes fill one block; the scalar is in the next.
        int Word(byte[] key, int i) => BitConverter.ToInt32(Blocks(key), 4 * i);
        long Long(byte[] key) => BitConverter.ToInt64(Blocks(key), 16);
    }

    [Theory]
    [MemberData(nameof(Cohorts))]
    public void Sum_of_everybody_is_unmasked(int count, string kind)
    {
        using var cohort = new MaskedCohort(count, Of(kind));
        cohort.Run();
        Finish(cohort, cohort.Names);
    }

    // 10 and 30 % of the clients drop out before they answer in a phase, and never come back.
    [Theory]
    [InlineData("complete", 10)]
    [InlineData("complete", 20)]
    [InlineData("signed", 10)]
    [InlineData("sparse", 20)]
    [InlineData("sparse", 30)]
    public void Drop_outs_of_any_phase_are_tolerated(string kind, int count)
    {
        foreach (var lost in new[] { count / 10, 3 * count / 10 })
            foreach (var phase in new[] { MaskedPhase.Training, MaskedPhase.Sharing, MaskedPhase.Masking, MaskedPhase.Confirming, MaskedPhase.Unmasking })
            {
                if (phase == MaskedPhase.Confirming && kind != "signed") continue;
                using var cohort = new MaskedCohort(count, Of(kind));
                string[] gone = [.. cohort.Names.Where((_, i) => i % (count / lost) == 1).Take(lost)];
                Before(cohort, phase);
                cohort.Drop(gone);
                cohort.Run();
                // Who has masked is in the sum, whatever becomes of it afterwards.
                Finish(cohort, phase > MaskedPhase.Masking ? cohort.Names : cohort.Names.Except(gone));
            }
    }

    [Fact]
    public void Drop_outs_of_every_phase_together_are_tolerated()
    {
        using var cohort = new MaskedCohort(20, new() { Minimum = 2, Threshold = 10, Identities = false });
        cohort.Drop("client-001");
        cohort.Advertise();
        cohort.Drop("client-002", "client-020");
        cohort.Share();
        cohort.Drop("client-003", "client-011");
        cohort.Mask();
        cohort.Drop("client-004", "client-019", "client-005");
        cohort.Unmask();
        Finish(cohort, cohort.Names.Except(["client-001", "client-002", "client-020", "client-003", "client-011"]));
    }

    // n = 10, t = 7: four drop-outs are one too many.
    [Theory]
    [InlineData("complete", MaskedPhase.Sharing)]
    [InlineData("complete", MaskedPhase.Masking)]
    [InlineData("complete", MaskedPhase.Unmasking)]
    [InlineData("signed", MaskedPhase.Masking)]
    [InlineData("signed", MaskedPhase.Confirming)]
    [InlineData("signed", MaskedPhase.Unmasking)]
    public void Below_the_threshold_the_attempt_fails_and_nothing_is_unmasked(string kind, MaskedPhase phase)
    {
        using var cohort = new MaskedCohort(10, Of(kind));
        Before(cohort, phase);
        cohort.Drop([.. cohort.Names[3..7]]);
        cohort.Run();

        Assert.Equal(MaskedPhase.Failed, cohort.State.Phase);
        Assert.True(cohort.State.Revealed.Count < 7);
        Assert.Throws<InvalidOperationException>(() => MaskRemoval.Remove(cohort.State, cohort.Sum, 1));
    }

    [Fact]
    public void Survivors_below_the_minimum_are_not_unmasked()
    {
        using var cohort = new MaskedCohort(10, new() { Minimum = 8, Threshold = 3 });
        Before(cohort, MaskedPhase.Masking);
        cohort.Drop([.. cohort.Names[..3]]);
        cohort.Run();
        Assert.Equal(MaskedPhase.Failed, cohort.State.Phase);
        Assert.Empty(cohort.State.Revealed);
    }

    [Fact]
    public void Weighted_mean_is_the_plain_one_up_to_the_quantisation()
    {
        const int length = 500, clients = 8;
        var codec = new RingCodec(16, 0.25, clients);
        var layout = new MaskedLayout(length, codec.RingBits, 2);
        var random = new RandomStream(31);
        using var cohort = new MaskedCohort(clients, Complete, layout);
        float[][] updates = [.. cohort.Names.Select(_ => Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5) / 2).ToArray())];
        double[] weights = [.. cohort.Names.Select((_, i) => (100.0 + 37 * i) / 1000)];
        double[] losses = [.. cohort.Names.Select((_, i) => 12.5 * i)];
        cohort.Advertise();
        cohort.Share();
        for (var i = 0; i < clients; i++)
        {
            var (name, integers) = (cohort.Names[i], new int[length]);
            Assert.Equal(0, codec.Encode(updates[i], weights[i], SystemRandom.Instance, integers));
            Assert.Null(cohort[name].Take(cohort.State.MaskingFor(name)!));
            var packed = cohort[name].Mask(integers, [ScalarCodec.EncodeWeight(weights[i]), ScalarCodec.Encode(losses[i], clients)], threads: 2);
            cohort.State = cohort.State.Fold(name);
            Assert.Null(cohort.Sum.Add(packed));
            cohort.State = cohort.State.Accept(name);
        }
        cohort.State = cohort.State.Advance();
        cohort.Unmask();
        Assert.Null(MaskRemoval.Remove(cohort.State, cohort.Sum, 2));

        var (mean, weight) = (new float[length], ScalarCodec.DecodeWeight(cohort.Sum.Scalars[0]));
        codec.Decode(cohort.Sum.Values, weight, mean);
        Assert.Equal(weights.Sum(), weight, clients * ScalarCodec.WeightUnit);
        Assert.Equal(losses.Sum(), ScalarCodec.Decode(cohort.Sum.Scalars[1]));
        // n step / W: 8 * (0.25 / 32767) / 1.836 = 3.3e-5 here; declared weights are off by 2^-41 each.
        var bound = codec.ErrorBound(clients, weight) + 1e-7;
        for (var p = 0; p < length; p++) Assert.InRange(mean[p] - Enumerable.Range(0, clients).Sum(i => weights[i] * updates[i][p]) / weights.Sum(), -bound, bound);
    }

    [Fact]
    public void Masked_vector_is_uniform_whatever_its_input()
    {
        // 200,000 bytes of a client whose every value is 0, and of one whose every value is the largest: neither can be told from uniform bytes, and nor can their difference under different keys (false alarm: once in 500,000 seeds for
        // each of the four).
        var layout = new MaskedLayout(100_000, 16, 0);
        var uploads = new[] { 0, short.MaxValue }.Select(value =>
        {
            using var cohort = new MaskedCohort(3, Complete, layout, random: new SeededSecureRandom(3));
            cohort.Advertise();
            cohort.Share();
            Assert.Null(cohort["client-002"].Take(cohort.State.MaskingFor("client-002")!));
            return cohort["client-002"].Mask([.. Enumerable.Repeat(value, layout.Length)], []);
        }).ToArray();
        foreach (var upload in uploads) ChiSquare.AssertUniform(upload);

        // Under the same keys the difference is that of the inputs, which is why a client masks once; under other keys nothing is left of it.
        for (var i = 0; i < layout.Length; i++)
            Assert.Equal(short.MaxValue, (short)(BitConverter.ToInt16(uploads[1], 2 * i) - BitConverter.ToInt16(uploads[0], 2 * i)));
        using var other = new MaskedCohort(3, Complete, layout, random: new SeededSecureRandom(4));
        other.Advertise();
        other.Share();
        Assert.Null(other["client-002"].Take(other.State.MaskingFor("client-002")!));
        var fresh = other["client-002"].Mask([.. Enumerable.Repeat((int)short.MaxValue, layout.Length)], []);
        ChiSquare.AssertUniform(fresh.Zip(uploads[0], (a, b) => (byte)(a - b)));
        ChiSquare.AssertUniform(fresh.Zip(uploads[1], (a, b) => (byte)(a - b)));
    }

    [Fact]
    public void Traffic_is_less_than_twice_the_clear_values()
    {
        // Bonawitz et al. give 1.73 times the clear data for 2^10 clients and 2^20 values of 16 bits. Here, per client and both ways, with the complete graph: own keys; the others' keys and names; sealed shares out and in; the vector; the list
        // of survivors and one share of each client. Framing is not counted.
        const int n = 1 << 10, length = 1 << 20, name = 16;
        var codec = new RingCodec(16, 1, n);
        var vector = new MaskedLayout(length, codec.RingBits, 0).Bytes;
        var keys = 2 * EphemeralKey.PublicLength + name;
        var total = keys + (n - 1) * (4 + keys) + 2 * (n - 1) * (8 + SealedShare.Length) + vector + 4 * n + n * (5 + SecretShare.Length);
        Assert.Equal(1.625, vector / (2.0 * length));   // 26 bits for 16
        Assert.InRange(total / (2.0 * length), 1.8, 1.85);
        // With the graph that the rules give to as many, only the vector counts.
        var k = MaskingGraph.Choose(n, Complete).Neighbours;
        Assert.InRange((keys + k * (4 + keys) + 2 * k * (8 + SealedShare.Length) + vector + 4 * k + k * (5 + SecretShare.Length)) / (2.0 * length), 1.65, 1.66);
    }

    [Fact]
    public void Running_sum_before_unmasking_is_uniform_as_well()
    {
        // Somebody who reads the coordinator's memory in Masking finds each client's own mask still in the sum.
        var layout = new MaskedLayout(100_000, 16, 0);
        using var cohort = new MaskedCohort(3, Complete, layout, random: new SeededSecureRandom(5));
        Before(cohort, MaskedPhase.Unmasking);
        ChiSquare.AssertUniform(cohort.Sum.Values.ToArray().SelectMany(word => new[] { (byte)word, (byte)(word >> 8) }));
    }

    [Fact]
    public void False_share_is_noticed_and_nothing_is_unmasked()
    {
        using var cohort = new MaskedCohort(10, Complete);
        Before(cohort, MaskedPhase.Masking);
        cohort.Drop("client-004");
        cohort.Mask();
        foreach (var of in new[] { 2, 4 })   // a survivor, whose self-mask is opened; the drop-out, whose mask key is
        {
            var state = cohort.State;
            foreach (var name in state.Masked)
            {
                var answer = MaskedCohort.Value(cohort[name].Unmask(state.UnmaskingFor(name)!));
                if (name == "client-007") answer = answer with { Shares = [.. answer.Shares.Select(share => share.Of == of ? share with { Share = new([1, 2, 3, 4, 5]) } : share)] };
                state = state.Reveal(answer).State;
            }
            var refused = MaskRemoval.Remove(state.Advance(), cohort.Sum, 1);
            Assert.Equal(MaskingRefusal.BadShare, refused?.Reason);
            Assert.Contains($"client-00{of}", refused?.Detail);
        }
    }

    // All that is behind the phase.
    private static void Before(MaskedCohort cohort, MaskedPhase phase)
    {
        foreach (var (step, run) in new (MaskedPhase, Action)[] { (MaskedPhase.Training, cohort.Advertise), (MaskedPhase.Sharing, cohort.Share), (MaskedPhase.Masking, cohort.Mask), (MaskedPhase.Confirming, cohort.Confirm) })
            if (step < phase && cohort.State.Phase == step)
                run();
    }

    private static void Finish(MaskedCohort cohort, IEnumerable<string> survivors)
    {
        Assert.Equal(MaskedPhase.Aggregating, cohort.State.Phase);
        Assert.Equal(survivors, cohort.State.Masked.Order(StringComparer.Ordinal));
        Assert.Null(MaskRemoval.Remove(cohort.State, cohort.Sum, 2));
        cohort.AssertSumIsOf(survivors);
    }

    private static MaskingRules Of(string kind) => kind switch { "complete" => Complete, "signed" => Signed, _ => Sparse };

    private static byte[] Draw(ISecureRandom random)
    {
        var bytes = new byte[32];
        random.Fill(bytes);
        return bytes;
    }

    private static byte[] Blocks(byte[] key)
    {
        using var stream = new KeyStream(key);
        var bytes = new byte[32];
        stream.Fill(0, bytes);
        return bytes;
    }
}
