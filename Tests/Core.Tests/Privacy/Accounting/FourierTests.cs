using Federated.Core.Privacy.Accounting.LossDistributions;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.Accounting;

public sealed class FourierTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(256)]
    public void The_transform_is_the_sum_that_defines_it(int length)
    {
        var stream = new RandomStream(5);
        var (re, im) = (Uniform(stream, length), Uniform(stream, length));
        var (real, imaginary) = ((double[])re.Clone(), (double[])im.Clone());
        new Fourier(length).Forward(real, imaginary);
        for (var k = 0; k < length; k++)
        {
            var (x, y) = (0.0, 0.0);
            for (var j = 0; j < length; j++)
            {
                var (sine, cosine) = Math.SinCos(-2 * Math.PI * (j * k % length) / length);
                (x, y) = (x + re[j] * cosine - im[j] * sine, y + re[j] * sine + im[j] * cosine);
            }
            Assert.Equal(x, real[k], 1e-12 * length);
            Assert.Equal(y, imaginary[k], 1e-12 * length);
        }
    }

    [Fact]
    public void The_inverse_brings_back_what_was_transformed()
    {
        var stream = new RandomStream(6);
        var (re, im) = (Uniform(stream, 4096), Uniform(stream, 4096));
        var (real, imaginary) = ((double[])re.Clone(), (double[])im.Clone());
        var fourier = new Fourier(4096);
        fourier.Forward(real, imaginary);
        fourier.Inverse(real, imaginary);
        for (var i = 0; i < 4096; i++)
        {
            Assert.Equal(re[i], real[i], 1e-13);
            Assert.Equal(im[i], imaginary[i], 1e-13);
        }
    }

    private static double[] Uniform(RandomStream stream, int length) => [.. Enumerable.Range(0, length).Select(_ => stream.NextDouble() - 0.5)];
}
