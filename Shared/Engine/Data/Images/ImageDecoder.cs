using Federated.Core.Jobs;
using SkiaSharp;

namespace Federated.Engine.Data.Images;

/// <summary>Decodes pictures (PNG and JPEG, by their bytes) and brings them to a size. Resampling is done here, for a library's own depends on the processor.</summary>
internal static class ImageDecoder
{
    // Beyond any photograph; a small file may announce a picture that fills the memory.
    private const long MostPixels = 1 << 27;

    /// <summary>Channels that a picture gets.</summary>
    public static int Channels(ImageSpec image) => image.Color == ImageColor.Grey ? 1 : 3;

    /// <summary>Decodes one file. Transparency is dropped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">The size wanted.</param>
    /// <param name="destination">Receives [channels, height, width], row-major.</param>
    /// <returns>What is wrong with the file; null where nothing is.</returns>
    public static string? Decode(string path, ImageSpec image, Span<byte> destination)
    {
        using var codec = SKCodec.Create(path, out var opened);
        if (codec is null) return opened == SKCodecResult.InternalError ? "it cannot be opened" : "it is no picture that can be decoded";
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg)) return $"it is {codec.EncodedFormat}, and PNG and JPEG are known";
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > MostPixels) return $"it has {width} x {height} pixels, and at most {MostPixels} are possible";
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        var decoded = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (decoded != SKCodecResult.Success) return $"it is damaged ({decoded})";
        Scale(bitmap.GetPixelSpan(), width, height, image, destination);
        return null;
    }

    // Means over the area that a new pixel covers, which neither skips pixels of large pictures nor invents any for small ones.
    private static void Scale(ReadOnlySpan<byte> pixels, int width, int height, ImageSpec image, Span<byte> destination)
    {
        var (columns, rows) = (Coverage.Of(width, image.Width), Coverage.Of(height, image.Height));
        Span<double> sums = stackalloc double[3];
        var positions = image.Width * image.Height;
        for (var y = 0; y < image.Height; y++)
            for (var x = 0; x < image.Width; x++)
            {
                sums.Clear();
                foreach (var row in rows[y])
                    foreach (var column in columns[x])
                    {
                        var pixel = pixels[((row.Index * width + column.Index) * 4)..];
                        var weight = row.Weight * column.Weight;
                        for (var channel = 0; channel < 3; channel++) sums[channel] += weight * pixel[channel];
                    }
                var at = y * image.Width + x;
                if (image.Color == ImageColor.Grey) destination[at] = Byte(0.299 * sums[0] + 0.587 * sums[1] + 0.114 * sums[2]);
                else
                    for (var channel = 0; channel < 3; channel++) destination[channel * positions + at] = Byte(sums[channel]);
            }
    }

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Floor(value + 0.5), 0, 255);
}

/// <summary>A pixel of the original under a new one, and its share of it.</summary>
internal readonly record struct Coverage(int Index, double Weight)
{
    /// <summary>For every new pixel of a line the old ones under it; their weights add up to 1.</summary>
    public static Coverage[][] Of(int from, int to)
    {
        var lines = new Coverage[to][];
        for (var i = 0; i < to; i++)
        {
            // In units of 1 / to of an old pixel: whole numbers, so that borders meet exactly.
            var (begin, end) = ((long)i * from, ((long)i + 1) * from);
            var (first, last) = ((int)(begin / to), (int)((end - 1) / to));
            lines[i] = [.. Enumerable.Range(first, last - first + 1)
                .Select(index => new Coverage(index, (double)(Math.Min(end, ((long)index + 1) * to) - Math.Max(begin, (long)index * to)) / from))];
        }
        return lines;
    }
}
