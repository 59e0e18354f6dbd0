using System.Collections.Immutable;

namespace Federated.Core.Datasets;

/// <summary>What is known about a named data set without reading it.</summary>
/// <param name="Name">The name in a job file.</param>
/// <param name="InputShape">Shape of one example without the batch dimension: [C, H, W] for images, [features] for tables.</param>
/// <param name="Classes">Number of classes; 0 for regression.</param>
/// <param name="TrainExamples">Size of the training set.</param>
/// <param name="TestExamples">Size of the central test set.</param>
/// <param name="Licence">Licence in a few words.</param>
/// <param name="Source">Where it comes from: authors and canonical URL.</param>
public sealed record DatasetInfo(string Name, ImmutableArray<int> InputShape, int Classes, int TrainExamples, int TestExamples, string Licence, string Source);
