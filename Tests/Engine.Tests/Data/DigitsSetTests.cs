using System.Security.Cryptography;
using System.Text;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

public sealed class DigitsSetTests
{
    [Fact]
    public void Embedded_digits_written_as_CSV_are_the_published_files_byte_for_byte()
    {
        var digits = DigitsSet.Load();
        Assert.Equal("e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd", HashAsCsv(digits.Train));
        Assert.Equal("6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8", HashAsCsv(digits.Test!));
    }

    [Fact]
    public void First_digit_has_the_published_pixels_divided_by_16()
    {
        var digits = DigitsSet.Load();
        var pixels = new float[64];
        digits.Train.CopyFeatures(0, pixels);
        Assert.Equal<int>([1, 8, 8], digits.Shape.Input);
        Assert.Equal((10, 3823, 1797), (digits.Shape.Classes, digits.Train.Count, digits.Test!.Count));
        Assert.Equal([0f, 1 / 16f, 6 / 16f, 15 / 16f, 12 / 16f, 1 / 16f, 0f, 0f], pixels[..8]);
        Assert.Equal(0, digits.Train.Labels[0]);
    }

    private static string HashAsCsv(ExampleSet set)
    {
        var (text, pixels) = (new StringBuilder(), new float[set.Width]);
        for (var i = 0; i < set.Count; i++)
        {
            set.CopyFeatures(i, pixels);
            text.AppendJoin(',', pixels.Select(pixel => (int)(pixel * 16))).Append(',').Append(set.Labels[i]).Append('\n');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    }
}
