using Federated.Core.Models;

namespace Federated.Core.Datasets;

/// <summary>What is known about a named data set without reading it.</summary>
/// <param name="Name">The name in a job file.</param>
/// <param name="Shape">What it gives to a model and wants of it; null where that depends on the job or on the files.</param>
/// <param name="TrainExamples">Size of the training set; 0 where it depends on the job.</param>
/// <param name="TestExamples">Size of the central test set; 0 where it depends on the job.</param>
/// <param name="Licence">Licence in a few words.</param>
/// <param name="Source">Where it comes from: authors and canonical URL.</param>
/// <param name="Clients">Natural clients: hospitals, users, roles; 0 where the data has none.</param>
public sealed record DatasetInfo(
    string Name, DataShape? Shape, int TrainExamples, int TestExamples, string Licence, string Source, int Clients = 0)
{
    /// <summary>Whether it is part of the program.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>For a set that is neither part of the program nor can be downloaded: what to put where, as a sentence; else null.</summary>
    public string? Bring { get; init; }

    /// <summary>How large it is and how it is divided into training and test examples, in words, where the sizes alone do not tell; else empty.</summary>
    public string Splits { get; init; } = "";
}
