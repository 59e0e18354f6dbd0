namespace Federated.Engine.Data.Boxes;

/// <summary>A rectangle by its middle and its size, as fractions of the image's width and height.</summary>
/// <param name="X">Middle, from the left.</param>
/// <param name="Y">Middle, from the top.</param>
/// <param name="Width">At least 0.</param>
/// <param name="Height">At least 0.</param>
internal readonly record struct Box(float X, float Y, float Width, float Height)
{
    /// <summary>Area of the intersection over that of the union; 0 where both areas are 0.</summary>
    public static float Overlap(Box a, Box b)
    {
        var width = Math.Min(a.X + a.Width / 2, b.X + b.Width / 2) - Math.Max(a.X - a.Width / 2, b.X - b.Width / 2);
        var height = Math.Min(a.Y + a.Height / 2, b.Y + b.Height / 2) - Math.Max(a.Y - a.Height / 2, b.Y - b.Height / 2);
        if (width <= 0 || height <= 0) return 0;
        var common = width * height;
        return common / (a.Width * a.Height + b.Width * b.Height - common);
    }
}

/// <summary>An object in an image.</summary>
/// <param name="Kind">Index of its class.</param>
/// <param name="Box">Where.</param>
internal readonly record struct LabelledBox(int Kind, Box Box);
