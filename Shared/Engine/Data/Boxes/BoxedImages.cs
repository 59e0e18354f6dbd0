using System.Numerics.Tensors;

namespace Federated.Engine.Data.Boxes;

/// <summary>Images with the objects in them. Pixels are kept as bytes and scaled to [0, 1] when copied. The target is a list of objects, each
/// <see cref="Stored"/> values: class, middle x and y, width, height; after the last one comes the class -1.</summary>
/// <param name="pixels">Row-major, shape [images, width].</param>
/// <param name="objects">Those of each image.</param>
/// <param name="width">Values an image has.</param>
/// <param name="most">Objects that a target has room for, at least as many as the fullest image has.</param>
internal sealed class BoxedImages(byte[] pixels, LabelledBox[][] objects, int width, int most) : ExampleSet
{
    /// <summary>Values of an object.</summary>
    public const int Stored = 5;

    public override int Count => objects.Length;

    public override int Width => width;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => most * Stored;

    public override void CopyFeatures(int index, Span<float> destination)
    {
        TensorPrimitives.ConvertTruncating<byte, float>(pixels.AsSpan(index * width, width), destination);
        TensorPrimitives.Divide(destination, 255f, destination);
    }

    public override void CopyTarget(int index, Span<float> destination)
    {
        destination.Fill(-1);
        for (var i = 0; i < objects[index].Length; i++)
        {
            var (kind, box) = objects[index][i];
            float[] values = [kind, box.X, box.Y, box.Width, box.Height];
            values.CopyTo(destination[(i * Stored)..]);
        }
    }

    /// <summary>The objects of a target.</summary>
    public static List<LabelledBox> Read(ReadOnlySpan<float> target)
    {
        var found = new List<LabelledBox>();
        for (var at = 0; at < target.Length && target[at] >= 0; at += Stored)
            found.Add(new((int)target[at], new(target[at + 1], target[at + 2], target[at + 3], target[at + 4])));
        return found;
    }
}
