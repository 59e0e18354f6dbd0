using Federated.Core.Datasets;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;

namespace Federated.Core.Jobs.Checking;

/// <summary>What a job says of a table's columns, or of time series, goes together.</summary>
internal static class TableRules
{
    /// <summary>Checks data.table or data.series, where the data set is one.</summary>
    public static void Check(BoundJob job)
    {
        if (job.Spec.Data.Name == DatasetCatalog.Csv && job.Sound("data.table", "data.placement")) CheckTable(job, job.Spec.Data);
        if (job.Spec.Data.Name == DatasetCatalog.Series && job.Sound("data.series")) CheckSeries(job, job.Spec.Data.Series);
    }

    private static void CheckTable(BoundJob job, DataSpec data)
    {
        var table = data.Table;
        foreach (var (key, list) in new[] { ("categorical", table.Categorical), ("ignore", table.Ignore), ("missing", table.Missing), ("indicators", table.Indicators) })
            OnceEach(job, $"data.table.{key}", list);
        foreach (var (name, list) in table.Categories.Lists)
        {
            OnceEach(job, $"data.table.categories.{name}", list);
            if (list.Values.IsEmpty) job.Report($"data.table.categories.{name}", "the list is empty; a column has one category or more.");
            if (!table.Categorical.Values.Contains(name) && name != data.Label)
                job.Report("data.table.categories", $"'{name}' is neither in data.table.categorical nor data.label; add it to one of them, or remove its categories.");
        }
        foreach (var name in table.Categorical.Values)
        {
            if (table.Ignore.Values.Contains(name)) job.Report("data.table.ignore", $"'{name}' is in data.table.categorical as well; keep one of the two.");
            if (name == data.Label || name == data.ClientColumn) job.Report("data.table.categorical", $"'{name}' is the column of the label or of the client, and so is no feature; remove it.");
            if (data.Placement == Placement.Local && table.Categories.Find(name) is null)
                job.Report("data.table.categories", $"has no list for column '{name}'. With data.placement local each site sees only the categories of its own table: list those of all, "
                    + $"for example data.table.categories: {{{name}: [a, b, c]}}.");
        }
        if (table.Impute == Imputation.Mean && job.Sound("model") && job.Spec.Model.Layers.IsDefaultOrEmpty | job.Spec.Model.Layers.FirstOrDefault() is not NormalizeLayer)
            job.Report("data.table.impute", "mean needs the layer normalize, which puts the mean in: begin model.layers with normalize.");
    }

    private static void CheckSeries(BoundJob job, SeriesSpec series)
    {
        if (series.Season > series.Window)
            job.Report("data.series.season", $"{series.Season} rows are more than data.series.window {series.Window}; allowed: 2 to {series.Window}, or a longer window.");
        if (series.Features is not { } features) return;
        OnceEach(job, "data.series.features", features);
        if (series.Target is { } target && features.Values.Contains(target))
            job.Report("data.series.features", $"'{target}' is data.series.target, whose past is a feature already; remove it.");
    }

    private static void OnceEach(BoundJob job, string path, TextList list)
    {
        foreach (var text in list.Values.GroupBy(text => text, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
            job.Report(path, $"'{JobErrors.Show(text)}' is listed more than once; keep one.");
    }
}
