using System.Collections.Immutable;
using Federated.Core.Models;
using Federated.Engine.Data.Boxes;

namespace Federated.Engine.Objectives;

/// <summary>A detector's grid: each cell has a slot for each anchor, and a slot finds one object. Slots count cells row by row within an anchor, anchors within
/// an image. Immutable.</summary>
/// <param name="data">A detection's shape.</param>
internal sealed class BoxGrid(DataShape data)
{
    private readonly ImmutableArray<double> _anchors = data.Anchors;

    /// <summary>Anchors of a cell.</summary>
    public int Anchors { get; } = data.Anchors.Length / 2;

    /// <summary>Cells from top to bottom.</summary>
    public int Rows { get; } = data.Output[1];

    /// <summary>Cells from left to right.</summary>
    public int Columns { get; } = data.Output[2];

    /// <summary>Classes of objects.</summary>
    public int Classes { get; } = data.Output[0] / (data.Anchors.Length / 2) - 5;

    /// <summary>Slots of an image.</summary>
    public int Slots => Anchors * Rows * Columns;

    /// <summary>The box that a slot's four values stand for (Redmon and Farhadi 2017, section 2): the middle, by sigmoid, within the cell; the size, by exp, a multiple
    /// of the anchor's.</summary>
    public Box Decode(int slot, ReadOnlySpan<float> values)
    {
        var (anchor, row, column) = Place(slot);
        return new((column + Sigmoid(values[0])) / Columns, (row + Sigmoid(values[1])) / Rows,
            (float)_anchors[2 * anchor] * MathF.Exp(Math.Min(values[2], 8)), (float)_anchors[2 * anchor + 1] * MathF.Exp(Math.Min(values[3], 8)));
    }

    /// <summary>What a slot is to give for a box: where in the cell its middle lies, [0, 1], and the logarithms of its size over the anchor's.</summary>
    public (float X, float Y, float Width, float Height) Encode(int slot, Box box)
    {
        var (anchor, row, column) = Place(slot);
        return (box.X * Columns - column, box.Y * Rows - row, (float)Math.Log(box.Width / _anchors[2 * anchor]), (float)Math.Log(box.Height / _anchors[2 * anchor + 1]));
    }

    /// <summary>The slot that is to find each object: in the cell of its middle, the free one whose anchor overlaps most with a box of its size. -1 where all are
    /// taken.</summary>
    public int[] Assign(List<LabelledBox> objects)
    {
        var taken = new HashSet<int>();
        return [.. objects.Select(found =>
        {
            var box = found.Box;
            var (row, column) = (Math.Min(Rows - 1, (int)(box.Y * Rows)), Math.Min(Columns - 1, (int)(box.X * Columns)));
            var best = Enumerable.Range(0, Anchors).OrderByDescending(anchor => Box.Overlap(box with { X = 0, Y = 0 }, Anchor(anchor)))
                .Select(anchor => (anchor * Rows + row) * Columns + column).Where(slot => !taken.Contains(slot)).DefaultIfEmpty(-1).First();
            if (best >= 0) taken.Add(best);
            return best;
        })];
    }

    public static float Sigmoid(float value) => 1 / (1 + MathF.Exp(-value));

    private Box Anchor(int anchor) => new(0, 0, (float)_anchors[2 * anchor], (float)_anchors[2 * anchor + 1]);

    private (int Anchor, int Row, int Column) Place(int slot) => (slot / (Rows * Columns), slot / Columns % Rows, slot % Columns);
}
