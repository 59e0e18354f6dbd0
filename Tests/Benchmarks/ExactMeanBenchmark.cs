using BenchmarkDotNet.Attributes;
using Federated.Core.Aggregation;

namespace Federated.Benchmarks;

/// <summary>Folding one update of 25 million values (100 MB) into the exact mean, beside copying as much memory: the limit of the machine.</summary>
[MemoryDiagnoser]
public class ExactMeanBenchmark
{
    private const int Length = 25_000_000;
    private readonly float[] _update = new float[Length];
    private readonly byte[] _from = new byte[Length * 18], _to = new byte[Length * 18];
    private ExactMean _mean = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < Length; i++) _update[i] = (i % 2001 - 1000) * 1e-5f;
        _mean = new ExactMean(Length, Threads);
    }

    /// <summary>Reads 4 and reads and writes 16 bytes a value.</summary>
    [Benchmark]
    public AddOutcome Fold()
    {
        if (_mean.Count == ExactMean.MaxUpdates) _mean.Clear();
        return _mean.TryAdd(_update, 600);
    }

    /// <summary>The same traffic, 36 bytes a value, as a plain copy on one thread.</summary>
    [Benchmark(Baseline = true)]
    public void Copy() => _from.AsSpan().CopyTo(_to);
}
