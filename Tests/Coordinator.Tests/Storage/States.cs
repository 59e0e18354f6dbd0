using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Federated.Core.Algorithms;
using Federated.Core.Parameters;

namespace Federated.Coordinator.Tests.Storage;

/// <summary>States of runs to store.</summary>
internal static class States
{
    private static readonly ParameterSchema Schema = new([new("0.weight", [2, 2]), new("bn.mean", [2], Trainable: false), new("scale", [])]);

    /// <summary>Seven values and two slots, with every kind of finite float32 among them.</summary>
    public static ServerState Small(int round) => new(
        round,
        new(Schema, [round, -0f, float.Epsilon, float.MaxValue, float.MinValue, 1e-40f, 0.1f]),
        Slots(("v", new float[] { 1, 2, 3, 4, 5, 6, -0f }), ("momentum 1", new[] { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, float.Epsilon })));

    /// <summary>A state of one tensor and one slot, both of so many values.</summary>
    public static ServerState Large(int round, int count, ReadOnlyMemory<float>? slot = null)
    {
        float[] values = [.. Enumerable.Range(round, count).Select(i => i * 0.25f)];
        return new(round, new(new([new("w", [count])]), values), Slots(("m", slot ?? Array.ConvertAll(values, value => -value))));
    }

    /// <summary>Slots by name.</summary>
    public static ImmutableDictionary<string, ReadOnlyMemory<float>> Slots(params IEnumerable<(string Name, ReadOnlyMemory<float> Values)> slots) =>
        slots.ToImmutableDictionary(slot => slot.Name, slot => slot.Values);

    /// <summary>Fails unless both are the same, bit by bit.</summary>
    public static void AssertSame(ServerState expected, ServerState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Round, actual.Round);
        Assert.Equal(expected.Parameters.Schema, actual.Parameters.Schema);
        Assert.Equal(Bits(expected.Parameters.Values), Bits(actual.Parameters.Values));
        Assert.Equal(expected.Slots.Keys.Order(), actual.Slots.Keys.Order());
        foreach (var (name, values) in expected.Slots) Assert.Equal(Bits(values), Bits(actual.Slots[name]));
    }

    private static int[] Bits(ReadOnlyMemory<float> values) => MemoryMarshal.Cast<float, int>(values.Span).ToArray();

    /// <summary>Values that do something when they are looked at for the n-th time: a write looks once to check them and then once for each
    /// part.</summary>
    public sealed class Watched(float[] values, int look, Action action) : MemoryManager<float>
    {
        private int _looks;

        public override Span<float> GetSpan()
        {
            if (++_looks == look) action();
            return values;
        }

        public bool Happened => _looks >= look;

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }
}
