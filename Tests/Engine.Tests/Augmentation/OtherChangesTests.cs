using Federated.Core.Randomness;
using Federated.Engine.Augmentation;

namespace Federated.Engine.Tests.Augmentation;

/// <summary>Changes to numbers and to text.</summary>
public sealed class OtherChangesTests
{
    [Fact]
    public void Noise_has_its_deviation_around_the_values()
    {
        var values = Enumerable.Repeat(5f, 20_000).ToArray();
        NumberChanges.AddNoise(values, 0.5, new RandomStream(1));
        var (mean, variance) = (values.Average(), values.Sum(value => Math.Pow(value - 5, 2)) / values.Length);
        Assert.Equal(5, mean, 0.02);          // 5 standard errors of 0.5 / √20000
        Assert.Equal(0.25, variance, 0.0125);   // 5 of 0.25 √(2 / 20000)
    }

    [Fact]
    public void Scaling_gives_every_feature_one_factor_over_all_its_time()
    {
        float[] series = [1, 10, 2, 20, 4, 40];   // three times, two features
        NumberChanges.Scale(series, new float[2], 0.2, new RandomStream(2));
        var (first, second) = (series[0], series[1] / 10);
        Assert.NotEqual(first, second);
        Assert.Equal([first, 10 * second, 2 * first, 20 * second, 4 * first, 40 * second], series, (one, other) => Math.Abs(one - other) < 1e-5f);
        var factors = Enumerable.Range(0, 5000).Select(draw => { float[] one = [1]; NumberChanges.Scale(one, new float[1], 0.2, new RandomStream((ulong)draw)); return one[0]; }).ToArray();
        Assert.Equal(1, factors.Average(), 0.015);
        Assert.Equal(0.04, factors.Sum(factor => Math.Pow(factor - 1, 2)) / factors.Length, 0.004);
    }

    [Fact]
    public void Forgotten_symbols_become_the_unknown_one_and_padding_stays()
    {
        var text = Enumerable.Range(0, 20_000).Select(i => i % 2 == 0 ? 0f : 7f).ToArray();
        TextChanges.Forget(text, 0.3, new RandomStream(3));
        Assert.All(Enumerable.Range(0, text.Length).Where(i => i % 2 == 0), i => Assert.Equal(0, text[i]));
        Assert.All(text, symbol => Assert.Contains(symbol, new[] { 0f, 1f, 7f }));
        Assert.Equal(0.3, text.Count(symbol => symbol == 1) / 10_000.0, 0.023);   // 5 standard errors
    }

    [Fact]
    public void Dropped_symbols_leave_the_others_in_order_with_padding_behind()
    {
        var text = Enumerable.Range(0, 10_000).Select(i => i < 8000 ? i + 2f : 0f).ToArray();
        TextChanges.Drop(text, 0.25, new RandomStream(4));
        var kept = text.TakeWhile(symbol => symbol != 0).ToArray();
        Assert.Equal(kept.Order(), kept);
        Assert.Equal(kept.Length, kept.Distinct().Count());
        Assert.All(text.Skip(kept.Length), symbol => Assert.Equal(0, symbol));
        Assert.Equal(0.75, kept.Length / 8000.0, 0.025);   // 5 standard errors
    }

    [Fact]
    public void One_symbol_always_stays()
    {
        float[] text = [0, 0, 5, 6, 0];
        TextChanges.Drop(text, 1 - 1e-12, new RandomStream(5));
        Assert.Equal([6, 0, 0, 0, 0], text);
    }

    [Fact]
    public void An_empty_text_stays_empty()
    {
        float[] text = [0, 0, 0];
        TextChanges.Drop(text, 0.5, new RandomStream(6));
        Assert.Equal([0, 0, 0], text);
    }
}
