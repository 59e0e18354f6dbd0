using System.Security.Cryptography;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Benchmarks;

/// <summary>What secure aggregation costs: processor time and traffic of a client and of the coordinator, for cohorts of 10, 50, 100 and 500 or of one size, with the graph that is chosen and the complete one, with nobody and with one in ten
/// dropping out after sharing. In process, one party after the other, so without a network; the sum is checked against plain addition.</summary>
/// <remarks>Above <see cref="AllMask"/> clients only some mask the whole vector; the rest mask a single value and upload random bytes of the full length. For the coordinator that is the same work, but the sum cannot be checked; the complete
/// graph is left out then unless it is asked for. Times are of the processor, all threads together, so that others on the machine change them little; limits beside them are what the two primitives alone take there and then.</remarks>
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
            var sparse = !MaskingGraph.Choose(clients, chosen).Complete;
            foreach (var rules in !sparse ? [complete] : clients > AllMask && !arguments.Has("--complete") ? [chosen] : new[] { complete, chosen })
                foreach (var lost in new[] { 0, clients / 10 })
                    new Attempt(clients, length, bits, rules).Run(lost);
        }
        return 0;
    }

    private sealed class Attempt(int clients, int length, int bits, MaskingRules rules)
    {
        private static readonly int Threads = Environment.ProcessorCount;
        private readonly Dictionary<string, List<double>> _seconds = [];
        private readonly RingCodec _codec = new(bits, 0.1, clients);
        private readonly TaskId _task = new() { Run = "20261201-093000-k4q7", Round = 100, Attempt = 1, Kind = TaskKind.Train };
        private long _up;
        private long _down;

        public void Run(int lost)
        {
            var layout = new MaskedLayout(length, _codec.RingBits, MaskedFacts.Count);
            string[] names = [.. Enumerable.Range(1, clients).Select(i => $"client-{i:0000}")];
            var context = new MaskingContext("benchmark", 1, 1);
            var earnest = clients <= AllMask ? clients : SomeMask;
            var peers = new Dictionary<string, MaskingClient>();
            foreach (var name in names)
                peers[name] = Time("client: keys", () => new MaskingClient(context, name, rules, peers.Count < earnest ? layout : layout with { Length = 1 }, SystemRandom.Instance));
            var (state, sum) = (new MaskedRoundState { Context = context, Rules = rules }.Select(names, clients), new MaskedSum(layout, Threads));
            foreach (var name in names)
            {
                _task.Client = name;
                var advertisement = peers[name].Advertise();
                Up(advertisement.ToProto(_task, ByteString.CopyFrom(new byte[16])));
                state = Taken(Time("coordinator: check keys", () => state.Advertise(advertisement)));
            }
            state = Time("coordinator: graph", () => state.Advance(graphSeed: 1));
            var shape = state.Graph!.Shape;
            foreach (var name in names)
            {
                var request = state.SharingFor(name)!;
                var answer = Time("client: share", () => peers[name].Share(request).Value!);
                Down(request.ToProto());
                Up(answer.ToProto());
                state = Taken(Time("coordinator: shares", () => state.Share(answer)));
            }
            state = state.Advance();

            var (values, integers, plain) = (new float[length], new int[length], new uint[length]);
            var survivors = names[..^lost];
            for (var i = 0; i < survivors.Length; i++)
            {
                var name = survivors[i];
                var request = state.MaskingFor(name)!;
                Down(request.ToProto());
                if (Time("client: take", () => peers[name].Take(request)) is { } refused) throw new InvalidOperationException(refused.Detail);
                byte[] packed;
                if (i < earnest)
                {
                    for (var p = 0; p < length; p++) values[p] = ((p * 7L + i * 13L) % 2001 - 1000) * 1e-4f;
                    Time("client: encode", () => _codec.Encode(values, 1, SystemRandom.Instance, integers));
                    packed = Time("client: mask", () => peers[name].Mask(integers, [ScalarCodec.EncodeWeight(1), .. new ulong[MaskedFacts.Count - 1]], Threads));
                    for (var p = 0; p < length; p++) plain[p] = unchecked(plain[p] + (uint)integers[p]);
                }
                else
                {
                    peers[name].Mask([0], new ulong[MaskedFacts.Count]);
                    packed = new byte[layout.Bytes];
                    SystemRandom.Instance.Fill(packed.AsSpan(0, (int)((long)length * layout.RingBits / 8)));
                }
                _up += packed.Length;
                state = state.Fold(name);
                if (Time("coordinator: add", () => sum.Add(packed)) is { } bad) throw new InvalidOperationException(bad.Detail);
                state = state.Accept(name);
            }
            foreach (var name in names[^lost..]) state = state.Fail(name, "dropped out.");
            state = state.Advance();
            foreach (var name in survivors)
            {
                if (state.Phase != MaskedPhase.Unmasking || state.Decide().Verdict != MaskedVerdict.Continue) break;
                var request = state.UnmaskingFor(name)!;
                var answer = Time("client: unmask", () => peers[name].Unmask(request).Value!);
                Down(request.ToProto());
                Up(answer.ToProto());
                state = Taken(Time("coordinator: opened shares", () => state.Reveal(answer)));
            }
            state = state.Advance();
            if (Time("coordinator: unmask", () => MaskRemoval.Remove(state, sum, Threads)) is { } failed) throw new InvalidOperationException(failed.Detail);
            var mask = (uint)((1L << layout.RingBits) - 1);
            for (var p = 0; earnest == clients && p < length; p++)
                if ((sum.Values[p] & mask) != (plain[p] & mask))
                    throw new InvalidOperationException($"Value {p} of the sum is wrong.");
            Print(shape, lost, survivors.Length, earnest == clients ? "the sum is right" : "the sum is not checked");
            foreach (var peer in peers.Values) peer.Dispose();
        }

        private void Print(GraphShape shape, int lost, int survivors, string outcome)
        {
            var (stream, agreement) = (StreamLimit(), AgreementLimit());
            Report.Line($"{clients} clients, {(shape.Complete ? "complete graph" : $"{shape.Neighbours} neighbours each")}, threshold {shape.Threshold}, {lost} drop out ({outcome})");
            Report.Line($"  limits: AES-256 over {4 * length:N0} bytes {stream * 1e3:F2} ms ({4 * length / stream / 1e9:F2} GB/s); one agreement on P-256 {agreement * 1e3:F3} ms");
            foreach (var (what, seconds) in _seconds)
                Report.Line(what.StartsWith("client", StringComparison.Ordinal)
                    ? $"  {what}: median {Report.Median(seconds) * 1e3:F1} ms each"
                    : (FormattableString)$"  {what}: {seconds.Sum() * 1e3:F1} ms together");
            var removed = survivors + (double)lost * shape.Neighbours * survivors / (clients - 1);
            var (share, mask, unmask) = (Report.Median(_seconds["client: share"]), Report.Median(_seconds["client: mask"]), _seconds["coordinator: unmask"].Sum());
            Report.Line($"  client: {_seconds.Where(of => of.Key.StartsWith("client", StringComparison.Ordinal)).Sum(of => Report.Median(of.Value)) * 1e3:F1} ms; sharing is {share / (shape.Neighbours * agreement):F2} agreements a neighbour, masking {mask / ((shape.Neighbours + 1) * stream):F2} times AES over {shape.Neighbours + 1} masks");
            Report.Line($"  coordinator: {_seconds.Where(of => of.Key.StartsWith("coordinator", StringComparison.Ordinal)).Sum(of => of.Value.Sum()) * 1e3:F1} ms; unmasking is {unmask / (removed * stream):F2} times AES over about {removed:F0} masks");
            var (up, down, clear) = ((double)_up / survivors, (double)_down / survivors, (double)length * bits / 8);
            Report.Line($"  traffic of a client: {up:N0} bytes up, {down:N0} down; of the coordinator: {_up / 1e6:F1} MB in, {_down / 1e6:F1} MB out");
            Report.Line($"  expansion: {(up + down) / clear:F3} of {bits}-bit values, {(up + down) / (4.0 * length):F3} of floats; the vector alone {_codec.RingBits / (double)bits:F3}");
        }

        // As messages are encoded, and gRPC's 5 bytes each.
        private void Up(IMessage message) => _up += 5 + message.CalculateSize();

        private void Down(IMessage message) => _down += 5 + message.CalculateSize();

        // What the cipher alone takes for one mask of the values, in pieces so large that the calls cost nothing.
        private double StreamLimit()
        {
            using var aes = Aes.Create();
            aes.SetKey(new byte[KeySchedule.KeyLength]);
            var (from, to) = (new byte[1 << 17], new byte[1 << 17]);
            return Report.Median(Enumerable.Range(0, 21).Select(again => Seconds<bool>(() =>
            {
                for (var left = 4L * length; left > 0; left -= from.Length) aes.EncryptEcb(from.AsSpan(0, (int)Math.Min(left, from.Length) / 16 * 16), to, PaddingMode.None);
                return true;
            }, out _)));
        }

        // What the curve alone takes, with both keys at hand.
        private static double AgreementLimit()
        {
            using var mine = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            using var theirs = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            using var point = theirs.PublicKey;
            return Report.Median(Enumerable.Range(0, 51).Select(again => Seconds<byte[]>(() => mine.DeriveRawSecretAgreement(point), out _)));
        }

        private T Time<T>(string what, Func<T> work)
        {
            if (!_seconds.TryGetValue(what, out var all)) _seconds[what] = all = [];
            all.Add(Seconds<T>(work, out var result));
            return result;
        }

        private static double Seconds<T>(Func<T> work, out T result)
        {
            var begin = Environment.CpuUsage.TotalTime;
            result = work();
            return (Environment.CpuUsage.TotalTime - begin).TotalSeconds;
        }

        private static MaskedRoundState Taken(MaskedStep step) => step.Refused is { } refused ? throw new InvalidOperationException(refused.Detail) : step.State;
    }
}
