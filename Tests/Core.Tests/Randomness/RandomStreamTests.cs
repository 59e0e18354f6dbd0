using Federated.Core.Randomness;

namespace Federated.Core.Tests.Randomness;

public sealed class RandomStreamTests
{
    /// <summary>Expectations come from a C program compiled from the authors' published xoshiro256** 1.0 and SplitMix64, whose first SplitMix64
    /// values for seed 1234567 were 6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821.</summary>
    [Theory]
    [InlineData(0UL, 11091344671253066420UL, 13793997310169335082UL, 1900383378846508768UL, 8839594410463124783UL)]
    [InlineData(42UL, 1546998764402558742UL, 6990951692964543102UL, 12544586762248559009UL, 10224724267483498856UL)]
    [InlineData(1234567UL, 3504822795582309479UL, 1819558768956484042UL, 1250851346055027673UL, 4316685431337285570UL)]
    [InlineData(ulong.MaxValue, 10328197420357168392UL, 14156678507024973869UL, 9357971779955476126UL, 14107876189559600332UL)]
    public void Stream_of_a_seed_gives_the_published_algorithms_numbers(ulong seed, ulong first, ulong second, ulong third, ulong thousandth)
    {
        var stream = new RandomStream(seed);
        var numbers = Enumerable.Range(0, 1000).Select(_ => stream.NextUInt64()).ToArray();
        Assert.Equal([first, second, third, thousandth], [numbers[0], numbers[1], numbers[2], numbers[999]]);
    }

    /// <summary>xoshiro's state after seeding is SplitMix64's first four values, of which its first result is rotl(5 s1, 7) 9.</summary>
    [Fact]
    public void Stream_of_seed_1234567_starts_from_the_published_SplitMix64_values()
    {
        var expected = unchecked(System.Numerics.BitOperations.RotateLeft(3203168211198807973UL * 5, 7) * 9);
        Assert.Equal(expected, new RandomStream(1234567).NextUInt64());
    }

    [Fact]
    public void NextDouble_stays_in_the_half_open_unit_interval_with_its_mean_and_variance()
    {
        var stream = new RandomStream(1);
        var values = Enumerable.Range(0, 200_000).Select(_ => stream.NextDouble()).ToArray();
        Assert.All(values, value => Assert.InRange(value, 0, 1 - 1.0 / (1UL << 53)));
        Assert.Equal(0.5, values.Average(), 0.0033);   // five standard errors: 5 sqrt(1/12 / 200000)
        Assert.Equal(1.0 / 12, values.Average(value => (value - 0.5) * (value - 0.5)), 0.001);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    public void Next_of_a_bound_gives_each_number_equally_often(int bound)
    {
        var (stream, counts) = (new RandomStream(2), new int[bound]);
        for (var i = 0; i < 70_000; i++) counts[stream.Next(bound)]++;
        Assert.All(counts, count => Assert.Equal(70_000.0 / bound, count, 5 * Math.Sqrt(70_000.0 / bound)));
    }

    [Fact]
    public void Next_of_a_bound_below_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(3).Next(0));

    [Fact]
    public void Shuffle_of_three_items_gives_each_of_the_six_orders_equally_often()
    {
        var (stream, counts) = (new RandomStream(4), new Dictionary<string, int>());
        for (var i = 0; i < 60_000; i++)
        {
            char[] items = ['a', 'b', 'c'];
            stream.Shuffle<char>(items);
            var order = new string(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.Equal(10_000, count, 500.0));   // five standard deviations of a binomial are 456
    }
}
