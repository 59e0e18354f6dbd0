using System.Numerics.Tensors;

namespace Federated.Engine.Augmentation;

/// <summary>Changes to one image, row-major [channels, height, width], in place. Not thread-safe.</summary>
internal sealed class ImageChanges(int channels, int height, int width)
{
    private readonly float[] _before = new float[channels * height * width];

    public int Height => height;

    public int Width => width;

    /// <summary>Shows the image from another corner: the pixel at (y, x) becomes that of (y + down, x + right), and 0 where there is none. A crop out of
    /// the padded image.</summary>
    public void Shift(Span<float> image, int down, int right)
    {
        if (down == 0 && right == 0) return;
        image.CopyTo(_before);
        image.Clear();
        var (left, length) = (Math.Max(0, -right), width - Math.Abs(right));
        if (length <= 0) return;
        for (var row = 0; row < channels * height; row++)
        {
            var source = row % height + down;
            if (source < 0 || source >= height) continue;
            _before.AsSpan((row + down) * width + left + right, length).CopyTo(image.Slice(row * width + left, length));
        }
    }

    /// <summary>Mirrors left to right.</summary>
    public void MirrorRows(Span<float> image)
    {
        for (var row = 0; row < channels * height; row++) image.Slice(row * width, width).Reverse();
    }

    /// <summary>Mirrors top to bottom.</summary>
    public void MirrorColumns(Span<float> image)
    {
        image.CopyTo(_before);
        for (var row = 0; row < channels * height; row++)
        {
            var source = row - row % height + height - 1 - row % height;
            _before.AsSpan(source * width, width).CopyTo(image.Slice(row * width, width));
        }
    }

    /// <summary>Turns clockwise around the middle; a pixel is the bilinear mean of the four around the place that it comes from, 0 counting from
    /// outside.</summary>
    public void Turn(Span<float> image, double degrees)
    {
        image.CopyTo(_before);
        var (sin, cos) = ((float)Math.Sin(degrees * Math.PI / 180), (float)Math.Cos(degrees * Math.PI / 180));
        var (middleY, middleX) = ((height - 1) / 2f, (width - 1) / 2f);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (right, down) = (x - middleX, y - middleY);
                var (fromX, fromY) = (cos * right + sin * down + middleX, cos * down - sin * right + middleY);
                var (left, top) = ((int)MathF.Floor(fromX), (int)MathF.Floor(fromY));
                var (shareX, shareY) = (fromX - left, fromY - top);
                for (var channel = 0; channel < channels; channel++)
                {
                    var upper = At(channel, top, left) * (1 - shareX) + At(channel, top, left + 1) * shareX;
                    var lower = At(channel, top + 1, left) * (1 - shareX) + At(channel, top + 1, left + 1) * shareX;
                    image[(channel * height + y) * width + x] = upper * (1 - shareY) + lower * shareY;
                }
            }
        }
    }

    /// <summary>Sets a square of all channels to 0: rows from y - side / 2 and columns from x - side / 2 on, as far as they are in the image.</summary>
    public void CutOut(Span<float> image, int y, int x, int side)
    {
        var (left, right) = (Math.Max(0, x - side / 2), Math.Min(width, x - side / 2 + side));
        var (top, bottom) = (Math.Max(0, y - side / 2), Math.Min(height, y - side / 2 + side));
        for (var channel = 0; channel < channels; channel++)
            for (var row = top; row < bottom; row++) image.Slice((channel * height + row) * width + left, right - left).Clear();
    }

    /// <summary>Multiplies all values.</summary>
    public static void Brighten(Span<float> image, double factor) => TensorPrimitives.Multiply(image, (float)factor, image);

    /// <summary>Multiplies the values' distance from their mean.</summary>
    public static void Spread(Span<float> image, double factor)
    {
        var mean = TensorPrimitives.Sum<float>(image) / image.Length;
        TensorPrimitives.Multiply(image, (float)factor, image);
        TensorPrimitives.Add(image, (float)(1 - factor) * mean, image);
    }

    private float At(int channel, int y, int x) =>
        (uint)y < (uint)height && (uint)x < (uint)width ? _before[(channel * height + y) * width + x] : 0;
}
