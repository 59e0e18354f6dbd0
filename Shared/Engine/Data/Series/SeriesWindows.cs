using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Datasets;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Series;

/// <summary>Cuts series into examples: a window of rows, and the target's values in the rows after it. No window crosses from one client to another.</summary>
internal static class SeriesWindows
{
    /// <summary>Cuts.</summary>
    /// <param name="data">The series.</param>
    /// <param name="series">Window, horizon and step.</param>
    /// <param name="test">Fraction of each client's rows, at its end, whose values only the test set predicts. Test windows begin at every row and may look back into
    /// the training rows, as a forecast does; no training window sees or predicts a test row.</param>
    /// <exception cref="EngineException">All series are too short for one training window, or for one test window where there is a test share. A single one is told among the
    /// faults.</exception>
    public static LoadedSet Cut(SeriesData data, SeriesSpec series, double test)
    {
        var (window, horizon, width) = (series.Window, series.Horizon, data.Features.Length);
        var (train, held) = (new Cuts(), new Cuts());
        var faults = data.Faults.ToBuilder();
        for (var client = 0; client < data.Clients.Length; client++)
        {
            var (name, values) = data.Clients[client];
            var rows = values.Length / width;
            var kept = rows - (int)Math.Floor(rows * test);
            if (kept < window + horizon || (kept < rows && rows - kept < horizon))
            {
                faults.Add(new(name, string.Create(CultureInfo.InvariantCulture,
                    $"{data.Source} cannot be used: {(name.Length > 0 ? $"client '{name}'" : "the series")} has {kept} rows to train on and {rows - kept} to test on; a window of {window} and a horizon of {horizon} rows need at least {(long)window + horizon} to train on and, with data.test, {horizon} to test on. Take shorter ones in data.series, or leave it out.")));
                continue;
            }
            for (var start = 0; start + window + horizon <= kept; start += series.Step) train.Add(client, start, name);
            // The first one predicts the first test row.
            if (kept < rows)
                for (var start = kept - window; start + window + horizon <= rows; start++) held.Add(client, start, name);
        }
        if (train.At.Count == 0) throw new EngineException(ClientFiles.Told(faults));
        ImmutableArray<float[]> clients = [.. data.Clients.Select(client => client.Values)];
        return new(DatasetCatalog.ShapeOfSeries(series, width - 1), new SeriesExamples(clients, [.. train.At], width, window, horizon),
            new SeriesExamples(clients, [.. held.At], width, window, horizon), train.Owners.ToImmutable())
        {
            TestOwners = held.Owners.ToImmutable(),
            Faults = [.. faults.OrderBy(fault => fault.Client, StringComparer.Ordinal)],
        };
    }

    private sealed class Cuts
    {
        public List<(int Client, int Row)> At { get; } = [];

        public ImmutableArray<string>.Builder Owners { get; } = ImmutableArray.CreateBuilder<string>();

        public void Add(int client, int row, string owner)
        {
            At.Add((client, row));
            if (owner.Length > 0) Owners.Add(owner);
        }
    }
}
