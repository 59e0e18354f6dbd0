namespace Federated.Engine.Data.Published;

/// <summary>How far a download is.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Received">Bytes received of this file.</param>
/// <param name="Total">Bytes that the server announced; null when it did not say.</param>
public sealed record DownloadProgress(string File, long Received, long? Total);
