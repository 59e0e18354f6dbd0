namespace Federated.Core.Datasets;

/// <summary>A format in which users bring data of their own; data.path names the file or folder.</summary>
/// <param name="Name">The value of data.name.</param>
/// <param name="Reads">What is read, in a few words.</param>
/// <param name="Clients">What makes a natural client there, in a few words; null where nothing does.</param>
public sealed record DataFormat(string Name, string Reads, string? Clients);
