using System.Diagnostics;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.Core.Privacy.SecureAggregation.Sharing;

namespace Federated.Benchmarks;

/// <summary>What secure aggregation costs: time and traffic of a client and of the coordinator, for cohorts of 10, 50, 100 and 500 or of one size, with the complete graph and the sparse one where it is chosen, with nobody and with one
/// in ten dropping out after sharing. In process, so without a network; the sum is checked against plain addition.</summary>
/// <remarks>Above <see cref="AllMask"/> clients only some mask the whole vector; the rest mask a single value and upload random bytes of the full length. For the coordinator that is the same work, but the sum cannot be checked.</remarks>
internal static class MaskingBenchmark
{
    private const int AllMask = 100;
    private const int SomeMask = 4;

    public static int Run(Arguments arguments)
    {
        var (length, bits) = (arguments.Number("--length", 1_000_000), arguments.Number("--bits", 16));
        Report.Machine();
        Report.Line($"{length:N0} values of {bits} bits. Published, for 16 bits: 1.73 times the clear values with 2^10 clients and 2^20 values, 1.98 times with 2^14 and 2^24 (Bonawitz et al.).");
        int[] cohorts = arguments.Has("--clients") ? [arguments.Number("--clients", 0)] : [10, 50, 100, 500];
        foreach (var clients in cohorts)
        {
            var chosen = new MaskingRules { Minimum = 2 };
            var complete = chosen with { Neighbours = clients };
            foreach (var rules in MaskingGraph.Choose(clients, chosen).Complete ? new[] { complete } : [complete, chosen])
                foreach (var lost in new[] { 0, clients / 10 })
                    new Attempt(clients, length, bits, rules).Run(lost);
        }
        return 0;
    }

    private sealed class Attempt(int clients, int length, int bits, MaskingRules rules)
    {
        private static readonly int Threads = Environment.ProcessorCount;
        private readonly Dictionary<string, double> _seconds = [];
        private readonly RingCodec _codec = new(bits, 0.1, clients);
        private (long Up, long Down) _bytes;
        private int _revealed;

        public void Run(int lost)
        {
            var layout = new MaskedLayout(length, _codec.RingBits, 1);
            string[] names = [.. Enumerable.Range(1, clients).Select(i => $"client-{i:0000}")];
            var context = new MaskingContext("benchmark", 1, 1);
            var earnest = clients <= AllMask ? clients : SomeMask;
            var peers = new Dictionary<string, MaskingClient>();
            foreach (var name in names)
                peers[name] = Time("client: keys", () => new MaskingClient(context, name, rules, peers.Count < earnest ? layout : layout with { Length = 1 }, SystemRandom.Instance));
            var (state, sum) = (new MaskedRoundState { Context = context, Rules = rules }.Select(names, clients), new MaskedSum(layout, Threads));
            foreach (var name in names) state = Taken(state.Advertise(peers[name].Advertise()));
            state = Time("coordinator: graph", () => state.Advance(graphSeed: 1));
            var shape = state.Graph!.Shape;
            foreach (var name in names) state = Taken(state.Share(Time("client: share", () => peers[name].Share(state.SharingFor(name)!).Value!)));
            state = state.Advance();

            var (values, integers, plain) = (new float[length], new int[length], new uint[length]);
            var survivors = names[..^lost];
            for (var i = 0; i < survivors.Length; i++)
            {
                var name = survivors[i];
                if (Time("client: take", () => peers[name].Take(state.MaskingFor(name)!)) is { } refused) throw new InvalidOperationException(refused.Detail);
                byte[] packed;
                if (i < earnest)
                {
                    for (var p = 0; p < length; p++) values[p] = ((p * 7L + i * 13L) % 2001 - 1000) * 1e-4f;
                    Time("client: encode", () => _codec.Encode(values, 1, SystemRandom.Instance, integers));
                    packed = Time("client: mask", () => peers[name].Mask(integers, [ScalarCodec.EncodeWeight(1)], Threads));
                    for (var p = 0; p < length; p++) plain[p] = unchecked(plain[p] + (uint)integers[p]);
                }
                else
                {
                    peers[name].Mask([0], [0]);
                    packed = new byte[layout.Bytes];
                    SystemRandom.Instance.Fill(packed.AsSpan(0, (int)((long)length * layout.RingBits / 8)));
                }
                state = state.Fold(name);
                if (Time("coordinator: add", () => sum.Add(packed)) is { } bad) throw new InvalidOperationException(bad.Detail);
                state = state.Accept(name);
            }
            foreach (var name in names[^lost..]) state = state.Fail(name, "dropped out.");
            state = state.Advance();
            _bytes = Traffic(shape, layout, names[0].Length);
            foreach (var name in survivors)
            {
                if (state.Phase != MaskedPhase.Unmasking || state.Decide().Verdict != MaskedVerdict.Continue) break;
                _revealed++;
                state = Taken(state.Reveal(Time("client: unmask", () => peers[name].Unmask(state.UnmaskingFor(name)!).Value!)));
            }
            state = state.Advance();
            if (Time("coordinator: unmask", () => MaskRemoval.Remove(state, sum, Threads)) is { } failed) throw new InvalidOperationException(failed.Detail);
            var mask = (uint)((1L << layout.RingBits) - 1);
            for (var p = 0; earnest == clients && p < length; p++)
                if ((sum.Values[p] & mask) != (plain[p] & mask))
                    throw new InvalidOperationException($"Value {p} of the sum is wrong.");
            Print(shape, lost, Math.Min(earnest, survivors.Length), survivors.Length, earnest == clients ? "the sum is right" : "the sum is not checked");
            foreach (var peer in peers.Values) peer.Dispose();
        }

        private void Print(GraphShape shape, int lost, int masked, int survivors, string outcome)
        {
            Report.Line($"{clients} clients, {(shape.Complete ? "complete graph" : $"{shape.Neighbours} neighbours each")}, threshold {shape.Threshold}, {lost} drop out ({outcome})");
            foreach (var (what, seconds) in _seconds)
                Report.Line(what.StartsWith("client", StringComparison.Ordinal)
                    ? $"  {what}: {seconds / (what switch { "client: mask" or "client: encode" => masked, "client: take" => survivors, "client: unmask" => _revealed, _ => clients }) * 1e3:F1} ms each"
                    : (FormattableString)$"  {what}: {seconds * 1e3:F1} ms together");
            var (total, clear) = (_bytes.Up + _bytes.Down, (double)length * bits / 8);
            Report.Line($"  traffic of a client: {_bytes.Up:N0} bytes up, {_bytes.Down:N0} down; of the coordinator: {(double)_bytes.Up * clients / 1e6:F1} MB in, {(double)_bytes.Down * clients / 1e6:F1} MB out");
            Report.Line($"  expansion: {total / clear:F3} of {bits}-bit values, {total / (4.0 * length):F3} of floats; the vector alone {_codec.RingBits / (double)bits:F3}");
        }

        // Without framing: keys and names, sealed shares, the vector, one share of each holder.
        private static (long Up, long Down) Traffic(GraphShape shape, MaskedLayout layout, int name)
        {
            long k = shape.Neighbours;
            const int keys = 2 * EphemeralKey.PublicLength;
            return (keys + name + k * (8 + SealedShare.Length) + layout.Bytes + (k + 1) * (5 + SecretShare.Length), k * (4 + keys + name) + k * (8 + SealedShare.Length) + 4 * (k + 1));
        }

        private T Time<T>(string what, Func<T> work)
        {
            var begin = Stopwatch.GetTimestamp();
            var result = work();
            _seconds[what] = _seconds.GetValueOrDefault(what) + Stopwatch.GetElapsedTime(begin).TotalSeconds;
            return result;
        }

        private static MaskedRoundState Taken(MaskedStep step) => step.Refused is { } refused ? throw new InvalidOperationException(refused.Detail) : step.State;
    }
}
