using System.Collections.Immutable;

namespace Federated.Engine.Data.Series;

/// <summary>Windows over series that are kept once, however many windows see a row.</summary>
/// <param name="clients">Each client's values, row-major, shape [rows, features], the target first; not written to again.</param>
/// <param name="windows">Client and first row of each window; window and horizon fit into the client's rows.</param>
/// <param name="features">Values of a row.</param>
/// <param name="window">Rows of a window.</param>
/// <param name="horizon">Rows after it whose target is predicted.</param>
internal sealed class SeriesExamples(ImmutableArray<float[]> clients, (int Client, int Row)[] windows, int features, int window, int horizon) : ExampleSet
{
    public override int Count => windows.Length;

    public override int Width => window * features;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => horizon;

    public override void CopyFeatures(int index, Span<float> destination)
    {
        if (destination.Length != Width) throw new ArgumentException($"An example has {Width} values, the destination {destination.Length}.", nameof(destination));
        var (client, row) = windows[index];
        clients[client].AsSpan(row * features, Width).CopyTo(destination);
    }

    public override void CopyTarget(int index, Span<float> destination)
    {
        if (destination.Length != horizon) throw new ArgumentException($"A target has {horizon} values, the destination {destination.Length}.", nameof(destination));
        var (client, row) = windows[index];
        for (var i = 0; i < horizon; i++) destination[i] = clients[client][(row + window + i) * features];
    }
}
