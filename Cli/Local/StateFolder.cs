namespace Federated.Cli.Local;

/// <summary>A fresh folder for what the nodes of one run keep, gone when it is disposed of: nobody takes such a run up again.</summary>
internal sealed class StateFolder : IDisposable
{
    /// <summary>An absolute path below the system's folder for temporary files.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("federated-run-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // Somebody looks into it: it is small, temporary, and no reason to fail a run that has ended well.
        }
    }
}
