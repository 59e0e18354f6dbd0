using Federated.Core.Privacy;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Noise;

namespace Federated.Benchmarks;

/// <summary>What noise and its accounting cost: values a second of each sampler, beside what the secure source could feed, and milliseconds for ε of many releases and for the noise of an ε, with both accountants.</summary>
/// <remarks>One thread, and the processor time that it took, so that whoever else uses the machine counts less. Each question to an accountant has a noise multiplier of its own, so that none is answered from memory.</remarks>
internal static class PrivacyBenchmark
{
    private const int Values = 200_000;
    private const double Delta = 1e-5;
    private static int _asked;

    public static int Run(Arguments arguments)
    {
        var repeats = arguments.Number("--repeats", 7);
        Report.Machine();
        var bytes = Source(repeats);
        Report.Figure("secure source", "MB/s", bytes.Select(each => each / 1e6));
        Sampler("grid Gaussian, σ = 2^30 steps", new GridGaussian(1 << 30).Fill, bytes, repeats);
        Sampler("discrete Gaussian, σ² = 100", new DiscreteGaussian(100).Fill, bytes, repeats);
        Sampler("discrete Gaussian, σ² = 10^8", new DiscreteGaussian(1e8).Fill, bytes, repeats);
        Sampler("Skellam, μ = 100", new Skellam(100).Fill, bytes, repeats);
        Sampler("Skellam, μ = 10^6", new Skellam(1e6).Fill, bytes, repeats);
        foreach (var kind in (AccountantKind[])[AccountantKind.Renyi, AccountantKind.LossDistribution])
        {
            foreach (var (name, release) in Releases())
            {
                foreach (var count in (long[])[1_000, 10_000]) Epsilon($"{name}, ε of {count:N0}", noise => PrivacyLedger.Empty.Add(release(noise), count), kind, repeats);
                Calibration($"{name}, noise of 1,000 for ε = 3", noise => PrivacyLedger.Empty.Add(release(noise), 1_000), kind, repeats);
            }
        }
        return 0;
    }

    // What a run asks for: everybody, lots of one in a hundred, and ten of a hundred.
    private static IEnumerable<(string Name, Func<double, PrivacyEvent> Release)> Releases() =>
    [
        ("Gaussian", noise => new GaussianEvent(noise)),
        ("Poisson 0.01", noise => new PoissonSampledEvent(0.01, noise)),
        ("10 of 100", noise => new FixedSizeEvent(10, 100, noise)),
    ];

    // In requests as large as those of the samplers.
    private static double[] Source(int repeats)
    {
        var block = new byte[8192];
        return Measured(repeats, () =>
        {
            for (var i = 0; i < 4096; i++) SystemRandom.Instance.Fill(block);
        }, seconds => 4096.0 * block.Length / seconds);
    }

    private static void Sampler(string what, FillNoise fill, double[] bytesPerSecond, int repeats)
    {
        var (noise, counting) = (new long[Values], new Counting());
        fill(noise, counting);
        var each = (double)counting.Bytes / Values;
        var rates = Measured(repeats, () => fill(noise, SystemRandom.Instance), seconds => Values / seconds);
        Report.Figure(what, "million values/s", rates.Select(rate => rate / 1e6));
        Report.Line($"  {each:F1} bytes of the source a value, which alone would allow {Report.Median(bytesPerSecond) / each / 1e6:F1} million values/s");
    }

    private static void Epsilon(string what, Func<double, PrivacyLedger> ledger, AccountantKind kind, int repeats) =>
        Report.Figure($"{kind}: {what}", "ms", Measured(repeats, () => PrivacyAccountant.Epsilon(ledger(Fresh(3)), Delta, kind), seconds => seconds * 1e3));

    private static void Calibration(string what, Func<double, PrivacyLedger> plan, AccountantKind kind, int repeats) =>
        Report.Figure($"{kind}: {what}", "ms", Measured(repeats, () =>
        {
            var unlike = Fresh(1);
            NoiseCalibration.NoiseMultiplier(noise => plan(noise * unlike), 3, Delta, kind);
        }, seconds => seconds * 1e3));

    private static double Fresh(double value) => value * (1 + 1e-9 * ++_asked);

    private static double[] Measured(int repeats, Action work, Func<double, double> figure)
    {
        work();   // compiles
        return [.. Enumerable.Range(0, repeats).Select(_ =>
        {
            var begin = Environment.CpuUsage.TotalTime;
            work();
            return figure((Environment.CpuUsage.TotalTime - begin).TotalSeconds);
        })];
    }

    private delegate void FillNoise(Span<long> noise, ISecureRandom random);

    private sealed class Counting : ISecureRandom
    {
        public long Bytes { get; private set; }

        public void Fill(Span<byte> bytes)
        {
            Bytes += bytes.Length;
            SystemRandom.Instance.Fill(bytes);
        }
    }
}
