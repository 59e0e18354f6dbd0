using Federated.Core.Datasets;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;
using Federated.Core.Partitioning;

namespace Federated.Core.Jobs.Checking;

/// <summary>The data set has what it needs and can be spread as the job says.</summary>
internal static class DataRules
{
    /// <summary>Checks the data set, its partition and the clients that it makes.</summary>
    public static void Check(BoundJob job)
    {
        var data = job.Spec.Data;
        if (!job.Sound("data.name", "data.placement")) return;
        if (data.Name == DatasetCatalog.Csv && data.Path is null && job.Sound("data.path"))
            job.Report("data.path", "is missing; data.name csv needs the path of a file, for example patients.csv.");
        else if (data.Path is null && job.Sound("data.path") && DatasetCatalog.Formats.Any(format => format.Name == data.Name))
            job.Report("data.path", $"is missing; data.name {data.Name} needs the path of a file or folder.");
        TextRules.Check(job);
        TableRules.Check(job);
        if (data.Name is DatasetCatalog.Voc or DatasetCatalog.Bccd && job.Sound("data.image", "data.detection") && DataShape.BoxesFault(data.Image, data.Detection) is { } fault)
            job.Report("data.detection", fault);
        if (IsImplicit(data) && data.Validation > 0 && job.Sound("data.ratings", "data.validation"))
            job.Report("data.validation", "has no meaning for implicit feedback, which is measured by ranking each user's last item; remove it.");
        PairRules.Check(job);
        if (data.Placement != Placement.Shared || !job.Sound("data.partition", "data.clients")) return;
        if (data.Partition.Kind == PartitionKind.Natural)
        {
            if (!DatasetCatalog.HasClients(data.Name))
                job.Report("data.partition.kind", $"natural needs data that names each example's client: data.name csv with data.client_column, not {data.Name}.");
            else if (data.Name == DatasetCatalog.Csv && data.ClientColumn is null && IsFile(data.Path) && job.Sound("data.client_column"))
                job.Report("data.client_column", "is missing; data.partition.kind natural needs the column that names the client, or a folder with a table for each.");
            return;
        }
        if (DatasetCatalog.Find(data.Name) is { TrainExamples: > 0 } known && DatasetCatalog.ShapeOf(data) is { } shape)
        {
            foreach (var error in PartitionRules.Check(data, known.TrainExamples, shape.Classes > 0, owned: false))
                job.Report(error.Path, error.Message);
        }
        var minimum = job.Spec.Federation.Cohort.Minimum;
        if (job.Sound("federation.cohort") && minimum > data.Clients)
            job.Report("federation.cohort.minimum", $"{minimum} updates cannot come from data.clients {data.Clients}; allowed: 1 to {data.Clients}.");
    }

    // Of what the workers have only the name is known here.
    private static bool IsFile(string? path) => Path.GetExtension(path)?.ToLowerInvariant() is ".csv" or ".tsv" or ".txt" or ".data";

    /// <summary>Whether the data is ratings of which only their being there counts.</summary>
    public static bool IsImplicit(DataSpec data) =>
        data is { Name: DatasetCatalog.Ratings or DatasetCatalog.MovieLens100K, Ratings.Feedback: Feedback.Implicit };
}
