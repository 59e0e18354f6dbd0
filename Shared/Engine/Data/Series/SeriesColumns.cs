using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Data.Series;

/// <summary>Which column of a table of series is what.</summary>
/// <param name="Names">All columns in order.</param>
/// <param name="Features">Indices of those that a window has, the target first.</param>
/// <param name="Client">Index of the column that names the client; -1 without one.</param>
/// <param name="Time">Index of the column that tells the time; -1 without one.</param>
internal sealed record SeriesColumns(ImmutableArray<string> Names, ImmutableArray<int> Features, int Client, int Time)
{
    /// <summary>Assigns the columns, by name.</summary>
    /// <param name="names">The header's fields.</param>
    /// <param name="data">Series and client of the job.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>null when something is wrong.</returns>
    public static SeriesColumns? Assign(ImmutableArray<string> names, DataSpec data, TableErrors errors)
    {
        var series = data.Series;
        CsvColumns.Unique(names, errors);
        var client = data.ClientColumn is null ? -1 : CsvColumns.Find(names, data.ClientColumn, "data.client_column", errors);
        var time = series.Time is null ? -1 : CsvColumns.Find(names, series.Time, "data.series.time", errors);
        int[] numbers = [.. Enumerable.Range(0, names.Length).Where(index => index != client && index != time)];
        var target = series.Target is null ? numbers.LastOrDefault(-1) : CsvColumns.Find(names, series.Target, "data.series.target", errors);
        var features = series.Features is { } listed ? [.. listed.Values.Select(name => CsvColumns.Find(names, name, "data.series.features", errors))]
            : numbers.Where(index => index != target).ToArray();
        if (numbers.Length == 0) errors.Add("line 1: there is no column left for the target.");
        foreach (var index in features.Append(target).Where(index => index >= 0 && (index == client || index == time)))
            errors.Add($"line 1: '{names[index]}' is the column of the client or of the time, and so neither target nor feature.");
        if (features.Contains(target) && target >= 0) errors.Add($"line 1: '{names[target]}' is the target, whose past is a feature already; remove it from data.series.features.");
        return errors.None ? new(names, [target, .. features], client, time) : null;
    }
}
